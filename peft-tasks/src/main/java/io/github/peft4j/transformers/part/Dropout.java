package io.github.peft4j.transformers.part;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.ops.Ops;

/** Dropout that acts in training alone. */
public final class Dropout {

    private Dropout() {}

    /** x, or in training x with each element zeroed with probability p. */
    public static NDArray apply(AdapterPass pass, NDArray x, double p) {
        if (!pass.training() || p <= 0) {
            return x;
        }
        pass.noteRandom();
        return Ops.dropout(x, p);
    }

    /** A form of attention that in training drops attention weights, if its training form does. */
    public static AttentionSpec apply(
            AdapterPass pass, AttentionSpec form, AttentionSpec trainingForm) {
        if (!pass.training() || trainingForm.dropout() == 0) {
            return form;
        }
        pass.noteRandom();
        return trainingForm;
    }
}
