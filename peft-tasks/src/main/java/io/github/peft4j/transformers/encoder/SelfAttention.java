package io.github.peft4j.transformers.encoder;

import ai.djl.ndarray.NDArray;

/** How the tokens of a sequence look at each other: what is special to a family. */
public interface SelfAttention {

    /**
     * The values that each wanted token attends to, heads side by side, before the projection out.
     *
     * @param layer number of the layer, from 0
     * @param rows the tokens whose context is wanted, of x
     * @param x hidden states of all tokens in their layout
     */
    NDArray forward(EncoderCall call, int layer, NDArray rows, NDArray x);
}
