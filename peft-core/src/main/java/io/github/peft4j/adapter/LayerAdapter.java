package io.github.peft4j.adapter;

import ai.djl.ndarray.NDArray;

/** Runs around one layer, on activations. */
public interface LayerAdapter extends Adapter {

    /**
     * The adapted layer.
     *
     * @param x the layer's input
     * @param base the layer with every adapter beneath this one
     * @param pass the running pass; tensors are read by {@link AdapterPass#value}
     */
    NDArray forward(NDArray x, BaseLayer base, AdapterPass pass);
}
