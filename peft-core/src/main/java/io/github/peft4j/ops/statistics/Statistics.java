package io.github.peft4j.ops.statistics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.peft4j.internal.script.ScriptModule;

/**
 * What is gathered over a model's inputs without gradients: moments, principal components,
 * covariances, sums of weight gradients. Results land in the manager of the first array.
 */
public final class Statistics {

    private Statistics() {}

    private static ScriptModule module() {
        return ScriptModule.get();
    }

    /** Sum and sum of squared deviations of x [n, d] over its rows, float64 [d] each. */
    public static NDList moments(NDArray x) {
        return module().callAll("pca_moments", x);
    }

    /** The rows of x [n, d] without their mean [d] float64; float32. */
    public static NDArray centred(NDArray x, NDArray mean) {
        return module().call("pca_first", x, mean);
    }

    /**
     * Rows with the same principal components as all that were seen: the components so far times
     * their values, a batch without its own mean, and a row for the step between the means; float64
     * [k + n + 1, d].
     *
     * @param x a batch [n, d]
     * @param components [k, d]
     * @param values their singular values [k]
     * @param mean [d] float64, of what was seen before
     * @param seen number of rows seen before
     */
    public static NDArray withEarlier(
            NDArray x, NDArray components, NDArray values, NDArray mean, long seen) {
        try (NDArray count = x.getManager().create(seen)) {
            return module().call("pca_later", x, components, values, mean, count);
        }
    }

    /** The rows of x, each with the sign that makes its largest number positive. */
    public static NDArray withFixedSigns(NDArray x) {
        return module().call("pca_signs", x);
    }

    /** The cosine between each row of x and that of y, [k]. */
    public static NDArray rowSimilarity(NDArray x, NDArray y) {
        return module().call("row_similarity", x, y);
    }

    /** Rows of x [..., d] whose flag [...] is not 0, as a matrix. */
    public static NDArray chosenRows(NDArray x, NDArray flags) {
        return module().call("chosen_rows", x, flags);
    }

    /**
     * {@code x^T x} [d, d] float32 of one text's inputs [..., d], after a division by the largest
     * of them.
     */
    public static NDArray scaledCovariance(NDArray x) {
        return module().call("scaled_covariance", x);
    }

    /** {@code sum += dy^T x}: what a batch adds to the gradient [out, in] of a linear layer. */
    public static void addWeightGradient(NDArray sum, NDArray dy, NDArray x) {
        module().call("add_weight_gradient_", sum, dy, x).close();
    }

    /** {@code sum += x}. */
    public static void add(NDArray sum, NDArray x) {
        module().call("add_", sum, x).close();
    }
}
