package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.internal.script.ScriptModule;

/**
 * How much a loss has depended on each number of a tensor: running averages that change in place.
 *
 * @param gradient the latest gradient
 * @param importance average of |p g|
 * @param uncertainty average distance of |p g| from that average
 */
public record Sensitivity(NDArray gradient, NDArray importance, NDArray uncertainty) {

    /** Zeros for a tensor of this shape. */
    public static Sensitivity of(NDManager manager, Shape shape) {
        return new Sensitivity(manager.zeros(shape), manager.zeros(shape), manager.zeros(shape));
    }

    /**
     * Takes the gradient in: {@code I = beta1 I + (1 - beta1) |p g|}, then {@code U = beta2 U + (1
     * - beta2) ||p g| - I|}.
     */
    public void update(NDArray p, double beta1, double beta2) {
        ScriptModule.get()
                .call("sensitivity_", p, gradient, importance, uncertainty, beta1, beta2)
                .close();
    }

    /**
     * A score for each rank of {@code b diag(e) a}, with scores I U of the numbers: that of e, and
     * the means over a's row and b's column.
     *
     * @param a of [r, in]
     * @param b of [out, r]
     * @param e of [r, 1]
     * @return [r]
     */
    public static NDArray ranks(Sensitivity a, Sensitivity b, Sensitivity e) {
        return ScriptModule.get()
                .call(
                        "rank_scores",
                        a.importance,
                        a.uncertainty,
                        b.importance,
                        b.uncertainty,
                        e.importance,
                        e.uncertainty);
    }
}
