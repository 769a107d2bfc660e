package io.github.peft4j.tuner.lora.start;

import ai.djl.ndarray.NDManager;

/** A start that is computed from the layer's weight. */
interface WeightStart extends LoraInitializer {

    /** Its value of {@code init_lora_weights}. */
    String name();

    @Override
    default int rank(StartLayer layer) {
        return layer.decomposedRank();
    }

    @Override
    default Pair create(NDManager manager, long in, long out, int rank) {
        throw new IllegalStateException(
                "The start " + name() + " needs the layer's weight. Call create with the layer.");
    }
}
