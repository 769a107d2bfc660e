package io.github.peft4j.adapter;

import ai.djl.ndarray.NDArray;

/**
 * Only changes the layer's input. Where several act on a layer, each sees what the one before it in
 * the activation has made, as in PEFT, whatever else acts there.
 */
public interface InputAdapter extends LayerAdapter {

    /** What the layer sees in place of x, of the same shape. */
    NDArray input(NDArray x, AdapterPass pass);

    @Override
    default NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        return base.forward(input(x, pass));
    }
}
