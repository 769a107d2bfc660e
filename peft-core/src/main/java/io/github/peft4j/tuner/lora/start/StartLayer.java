package io.github.peft4j.tuner.lora.start;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.base.Preconditions;
import java.util.function.Function;

/**
 * What a start may know of the layer that it makes A and B for.
 *
 * @param path the layer's dotted name
 * @param in columns of A: features that go into the layer, or rows of an embedding
 * @param out rows of B: features that come out
 * @param rank rows of A and columns of B, as configured
 * @param scaling the factor s on B A
 * @param weights makes the frozen weight, float32, [out, in] however the layer stores it
 */
public record StartLayer(
        String path,
        long in,
        long out,
        int rank,
        double scaling,
        Function<NDManager, NDArray> weights) {

    /** The frozen weight [out, in], float32, in the given manager. */
    public NDArray weight(NDManager manager) {
        NDArray weight = weights.apply(manager);
        weight.attach(manager);
        return weight;
    }

    /** The rank that a decomposition of the weight can give: no more than its sizes. */
    public int decomposedRank() {
        return (int) Math.min(rank, Math.min(in, out));
    }

    /**
     * Refuses a factor s that no start can divide by.
     *
     * @param start the name of the start
     */
    void requirePositiveScaling(String start) {
        Preconditions.checkArgument(
                scaling > 0,
                "init_lora_weights is %s, which divides by the scale lora_alpha / r, but at %s that"
                        + " is %s. Choose a positive lora_alpha.",
                start,
                path,
                scaling);
    }
}
