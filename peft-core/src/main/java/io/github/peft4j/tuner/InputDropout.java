package io.github.peft4j.tuner;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.Ops;
import org.jspecify.annotations.Nullable;

/**
 * Dropout on what an adapter reads of its layer's input: while training each feature is zero with
 * probability p, and the others are divided by 1 − p.
 *
 * @param option its key in {@code adapter_config.json}, for texts
 * @param p the probability, from 0 and below 1; 0 changes nothing
 */
public record InputDropout(String option, double p) {

    /** Drops nothing. */
    public static final InputDropout NONE = new InputDropout("dropout", 0);

    /** The input of a pass, of any shape. */
    public NDArray of(NDArray x, AdapterPass pass) {
        return acts(pass) ? Ops.dropout(x, p) : x;
    }

    /** Whether it drops anything in this pass. */
    public boolean acts(AdapterPass pass) {
        return p > 0 && pass.training();
    }

    /** See {@link WeightAdapter#needsActivation}: a weight alone cannot drop features. */
    public @Nullable String needsActivation() {
        return p > 0 ? option + " = " + p + " acts on the layer's input" : null;
    }
}
