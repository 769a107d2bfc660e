package io.github.peft4j.ops.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.internal.script.ScriptModule;
import io.github.peft4j.ops.Operands;

/** What smaller variants of LoRA compute; results land in the manager of the first array. */
public final class VariantOps {

    private VariantOps() {}

    private static ScriptModule module() {
        return ScriptModule.get();
    }

    /** Blocks that lie one above the other [count m, n], put on a diagonal: [count m, count n]. */
    public static NDArray onDiagonal(NDArray blocks, int count) {
        Operands.requireDimensions(blocks, 2, "block matrix");
        if (count < 1 || blocks.getShape().get(0) % count != 0) {
            throw new IllegalArgumentException(
                    "The rows of "
                            + blocks.getShape()
                            + " do not split into "
                            + count
                            + " blocks.");
        }
        return module().call("on_diagonal", blocks, count);
    }

    /** The direction of the mean group of features in x [..., in]: [ceil(in / groups)]. */
    public static NDArray meanGroup(NDArray x, int groups) {
        return module().call("velora_mean", x, groups);
    }

    /**
     * {@code x a^T}, where the gradient of a is that of {@code scale p(x) a^T} and p projects each
     * group of features on one direction: that and not x is kept for it.
     *
     * @param x [..., in]
     * @param a [r, in]
     * @param direction [ceil(in / groups)], of length 1
     */
    public static NDArray compressed(
            NDArray x, NDArray a, NDArray direction, int groups, double scale) {
        Operands.requireInner(x, a, "VeLoRA");
        long size = (a.getShape().get(1) + groups - 1) / groups;
        Operands.requireVector(direction, size, "direction");
        return module().call("velora_low", x, a, direction, groups, scale);
    }

    /**
     * Shares of n noisy copies that add up to 1.
     *
     * @param experts [n], logarithms of concentrations
     * @param z [n], standard normal
     */
    public static NDArray shares(NDArray experts, NDArray z) {
        Operands.requireShape(z, experts.getShape(), "draw of shares");
        return module().call("monte_shares", experts, z);
    }

    /**
     * Variances of noise: {@code max(exp(2 std) w, 1e-3)}.
     *
     * @param std [r], logarithms of deviations
     * @param w [r], squares of a draw
     */
    public static NDArray variances(NDArray std, NDArray w) {
        Operands.requireShape(w, std.getShape(), "draw of variances");
        return module().call("monte_variances", std, w);
    }

    /**
     * {@code a + scale (sum_k shares[k] noise[k] sqrt(variances))^T}.
     *
     * @param a [r, in]
     * @param noise [n, in, r]
     * @param shares [n]
     * @param variances [r]
     */
    public static NDArray noisy(
            NDArray a, NDArray noise, NDArray shares, NDArray variances, double scale) {
        Shape shape = a.getShape();
        Operands.requireShape(noise, new Shape(shares.size(), shape.get(1), shape.get(0)), "noise");
        Operands.requireVector(variances, shape.get(0), "array of variances");
        return module().call("monte_a", a, noise, shares, variances, scale);
    }

    /**
     * How far a variational distribution is from its prior, a scalar: of Dirichlet's, Wishart's and
     * the normal distribution, summed.
     *
     * @param std [r], logarithms of deviations
     * @param experts [n], logarithms of concentrations
     * @param variances [r], of the last draw
     * @param prior concentration
     */
    public static NDArray distance(NDArray std, NDArray experts, NDArray variances, double prior) {
        Operands.requireShape(variances, std.getShape(), "array of variances");
        return module().call("monte_distance", std, experts, variances, prior);
    }
}
