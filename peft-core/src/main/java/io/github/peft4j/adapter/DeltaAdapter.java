package io.github.peft4j.adapter;

import ai.djl.ndarray.NDArray;

/** Only adds to the layer's output, so it can be scaled, routed and summed. */
public interface DeltaAdapter extends LayerAdapter {

    /** What is added to the layer's output, of the output's shape. */
    NDArray delta(NDArray x, BaseLayer base, AdapterPass pass);

    @Override
    default NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        return base.forward(x).add(delta(x, base, pass));
    }

    @Override
    default boolean isScalable() {
        return true;
    }
}
