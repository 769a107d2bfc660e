package io.github.peft4j.transformers.encoder;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.nn.Module;

/** What the distance of two positions adds to their score, the same in each layer. */
public interface PositionBias {

    /** The module that holds the numbers. */
    Module module();

    /** The bias [1, N, S, S] for the longest row of a call. */
    NDArray of(EncoderCall call);
}
