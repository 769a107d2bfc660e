package io.github.peft4j.model;

import io.github.peft4j.ops.ConvolutionSpec;

/** A convolution that says how it moves over its input. */
public interface ConvolutionLayer extends WeightedLayer {

    /** Stride, padding, dilation and groups. */
    ConvolutionSpec form();
}
