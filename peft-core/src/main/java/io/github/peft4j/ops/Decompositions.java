package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import io.github.peft4j.internal.script.ScriptModule;

/** Matrix decompositions, in the manager of their argument. */
public final class Decompositions {

    private Decompositions() {}

    /** Reduced QR: x [m, n] = Q [m, k] R [k, n], k = min(m, n). Returns Q and R. */
    public static NDList qr(NDArray x) {
        return ScriptModule.get().callAll("qr", x);
    }

    /** Reduced SVD: x [m, n] = U [m, k] diag(S [k]) Vh [k, n]. Returns U, S and Vh. */
    public static NDList svd(NDArray x) {
        return ScriptModule.get().callAll("svd", x);
    }

    /**
     * A randomised SVD: nearly the first q parts of x [m, n], far cheaper than all of them. Returns
     * U [m, q], S [q] and Vh [q, n].
     *
     * @param test standard normal numbers [min(m, n), q], which decide the rounding
     * @param rounds how often the range is refined; each halves what is missed, and more
     * @see <a href="https://arxiv.org/abs/0909.4061">Halko et al. 2011, algorithms 4.4 and 5.1</a>
     */
    public static NDList svdLowRank(NDArray x, NDArray test, int rounds) {
        Shape shape = x.getShape();
        long least = Math.min(shape.get(0), shape.get(1));
        Operands.requireShape(
                test, new Shape(least, Operands.last(test)), "test matrix of a randomised SVD");
        return ScriptModule.get().callAll("svd_lowrank", x, test, rounds);
    }

    /**
     * Some parts of an SVD as two matrices of equal weight, whose product B A is {@code U_r
     * diag(S_r) Vh_r / scale}: A [r, n] and B [m, r].
     *
     * @param parts U, S and Vh
     * @param first the first part that counts
     * @param count how many parts, r
     * @param scale what the product will be multiplied by; over 0
     */
    public static NDList balancedPair(NDList parts, int first, int count, double scale) {
        Preconditions.checkArgument(
                scale > 0, "The scale is %s; the root of S / scale needs one over 0.", scale);
        return ScriptModule.get()
                .callAll(
                        "balanced_pair",
                        parts.get(0),
                        parts.get(1),
                        parts.get(2),
                        first,
                        count,
                        scale);
    }

    /**
     * A covariance [n, n] with as much more on its diagonal as its inverse needs to be good: at
     * least one part in a hundred of the mean. Returns that matrix and its inverse.
     */
    public static NDList dampedInverse(NDArray covariance) {
        return ScriptModule.get().callAll("damped_inverse", covariance);
    }

    /** The pseudo-inverse of {@code x + damp I}, x [n, n] symmetric. */
    public static NDArray dampedPseudoInverse(NDArray x, double damp) {
        return ScriptModule.get().call("pinv_damped", x, damp);
    }
}
