package io.github.peft4j.ops.combine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.peft4j.internal.script.ScriptModule;
import io.github.peft4j.ops.Decompositions;
import io.github.peft4j.ops.Operands;
import io.github.peft4j.ops.frozen.LowRank;

/**
 * A matrix D [m, n] as the sum of its singular parts, the largest first: \(D = U \mathrm{diag}(S)
 * V^\top\) with U [m, k], S [k] and V [n, k].
 */
public final class LowRankParts {

    private final NDList parts;
    private final NDArray u;
    private final double[] values;
    private final NDArray vh;

    private LowRankParts(NDList parts, double[] values) {
        this.parts = parts;
        u = parts.get(0);
        this.values = values;
        vh = parts.get(2);
    }

    /** Of any matrix. */
    public static LowRankParts of(NDArray matrix) {
        return of(Decompositions.svd(matrix));
    }

    /**
     * Of a product b [m, r] a [r, n], without making the product: r decides the cost where it is
     * smaller than m and n.
     */
    public static LowRankParts ofProduct(NDArray b, NDArray a) {
        Operands.requireFactors(a, b);
        return of(ScriptModule.get().callAll("svd_of_product", b, a));
    }

    private static LowRankParts of(NDList parts) {
        float[] found = parts.get(1).toFloatArray();
        double[] values = new double[found.length];
        for (int i = 0; i < found.length; i++) {
            values[i] = found[i];
        }
        return new LowRankParts(parts, values);
    }

    /** How many parts there are: the smaller side of the matrix, or of the factors. */
    public int size() {
        return values.length;
    }

    /** The smaller side of the matrix. */
    public long smallerSide() {
        return Math.min(u.getShape().get(0), vh.getShape().get(1));
    }

    /** The square of the matrix's Frobenius norm, or of that of its first parts. */
    public double energy(int parts) {
        double sum = 0;
        for (int i = 0; i < parts; i++) {
            sum += values[i] * values[i];
        }
        return sum;
    }

    /** The smallest number of parts, at least one, with this share of the energy of all. */
    public int partsWith(double share) {
        double wanted = share * energy(size());
        double sum = 0;
        for (int i = 0; i < size(); i++) {
            sum += values[i] * values[i];
            if (sum >= wanted) {
                return i + 1;
            }
        }
        return size();
    }

    /** The left factor of the first parts, with the singular values: U S, [m, parts]. */
    public NDArray left(int parts) {
        float[] scales = new float[parts];
        for (int i = 0; i < parts; i++) {
            scales[i] = (float) values[i];
        }
        return u.get(":, :{}", parts).mul(u.getManager().create(scales));
    }

    /** The right factor of the first parts, [parts, n]. */
    public NDArray right(int parts) {
        return vh.get(":{}", parts);
    }

    /**
     * The first parts as two factors of equal norm, with a factor beside them.
     *
     * @param scale over 0; the first parts' sum is {@code scale b a}
     */
    public LowRank pair(int count, double scale) {
        NDList pair = Decompositions.balancedPair(parts, 0, count, scale);
        return new LowRank(pair.get(0), pair.get(1), scale);
    }

    /**
     * Cuts the numbers of two tensors at plus and minus the quantile of all of them.
     *
     * @param q share of the numbers that lie below the quantile, in [0, 1]
     */
    public static NDList clipped(NDArray x, NDArray y, double q) {
        NDArray bound = ScriptModule.get().call("joint_quantile", x, y, q);
        return new NDList(
                ScriptModule.get().call("clip", x, bound),
                ScriptModule.get().call("clip", y, bound));
    }
}
