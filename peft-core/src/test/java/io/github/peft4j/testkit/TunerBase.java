package io.github.peft4j.testkit;

/** A kind of base. */
enum TunerBase {
    OUR_LAYERS,
    STOCK_LAYERS;

    ToyModel open() {
        return this == OUR_LAYERS ? ToyModel.ours() : ToyModel.stock();
    }
}
