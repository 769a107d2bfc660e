package io.github.peft4j.transformers.part;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.Ops;

/** Dropout that acts in training alone. */
public final class Dropout {

    private Dropout() {}

    /** x, or in training x with each element zeroed with probability p. */
    public static NDArray apply(AdapterPass pass, NDArray x, double p) {
        return pass.training() && p > 0 ? Ops.dropout(x, p) : x;
    }
}
