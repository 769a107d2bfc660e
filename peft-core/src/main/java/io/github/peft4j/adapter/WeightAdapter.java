package io.github.peft4j.adapter;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.ops.frozen.LowRank;
import org.jspecify.annotations.Nullable;

/**
 * A change of weight. Having this form is what "mergeable" means, and what lets an adapter work on
 * any DJL block that reads its weight from the parameter store.
 */
public interface WeightAdapter extends Adapter {

    /**
     * The adapted weight.
     *
     * @param current the weight with every adapter beneath this one, [out, in]
     * @param frozen the base weight, [out, in]
     * @param pass the running pass
     */
    NDArray weight(NDArray current, NDArray frozen, AdapterPass pass);

    /** The adapted bias; {@code current} is null where the layer has none. */
    default @Nullable NDArray bias(@Nullable NDArray current, AdapterPass pass) {
        return current;
    }

    /**
     * What is added to the weight, where that is a product of two thin matrices and the same on
     * every weight: \(s\,b\,a\) in the orientation of {@link #weight}. Null where it is not, or
     * nobody says so.
     *
     * @param frozen the base weight, [out, in]
     */
    default @Nullable LowRank lowRankChange(NDArray frozen, AdapterPass pass) {
        return null;
    }

    /**
     * Why this adapter cannot act through the weight alone while training, or null if it can:
     * dropout on the input needs the activation.
     */
    default @Nullable String needsActivation() {
        return null;
    }
}
