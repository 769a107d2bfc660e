package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.internal.script.ScriptModule;
import org.jspecify.annotations.Nullable;

/**
 * What methods add to a linear layer, each in one differentiable call; results land in the manager
 * of the first array. x is [..., in], y [..., out], a change of weight [out, in].
 */
public final class DeltaOps {

    private DeltaOps() {}

    private static ScriptModule module() {
        return ScriptModule.get();
    }

    /**
     * Shared matrices and a layer's vectors.
     *
     * @param a [r, in]
     * @param b [out, r]
     * @param d [r], weighs the rows of A x
     * @param o [out], weighs the outputs
     */
    public record Vera(NDArray a, NDArray b, NDArray d, NDArray o) {

        /** Checks the shapes. */
        public Vera {
            Operands.requireFactors(a, b);
            Operands.requireVector(d, a.getShape().get(0), "vector d");
            Operands.requireVector(o, b.getShape().get(0), "vector b");
        }
    }

    /** {@code y + scale o * (b (d * (a x)))}. */
    public static NDArray veraAdd(NDArray y, NDArray x, Vera vera, double scale) {
        requireOutput(y, x, vera.b().getShape().get(0));
        Operands.requireInner(x, vera.a(), "VeRA");
        return module().call("vera_add", y, x, vera.a(), vera.b(), vera.d(), vera.o(), scale);
    }

    /** {@code scale o * (b (d * (a x)))}. */
    public static NDArray veraDelta(NDArray x, Vera vera, double scale) {
        Operands.requireInner(x, vera.a(), "VeRA");
        return module().call("vera_delta", x, vera.a(), vera.b(), vera.d(), vera.o(), scale);
    }

    /** The change of weight. */
    public static NDArray veraWeight(Vera vera, double scale) {
        return module().call("vera_weight", vera.a(), vera.b(), vera.d(), vera.o(), scale);
    }

    /**
     * Two pairs of thin matrices, whose products are multiplied elementwise.
     *
     * @param a1 [out, r]
     * @param b1 [r, in]
     * @param a2 [out, r]
     * @param b2 [r, in]
     */
    public record Hadamard(NDArray a1, NDArray b1, NDArray a2, NDArray b2) {

        /** Checks the shapes. */
        public Hadamard {
            Operands.requireFactors(b1, a1);
            Operands.requireShape(a2, a1.getShape(), "second factor A");
            Operands.requireShape(b2, b1.getShape(), "second factor B");
        }
    }

    /** {@code y + scale x ((a1 b1) * (a2 b2))^T}. */
    public static NDArray hadamardAdd(NDArray y, NDArray x, Hadamard h, double scale) {
        Operands.requireInner(x, h.b1(), "LoHa");
        requireOutput(y, x, h.a1().getShape().get(0));
        return module().call("hadamard_add", y, x, h.a1(), h.b1(), h.a2(), h.b2(), scale);
    }

    /** {@code scale x ((a1 b1) * (a2 b2))^T}. */
    public static NDArray hadamardDelta(NDArray x, Hadamard h, double scale) {
        Operands.requireInner(x, h.b1(), "LoHa");
        return module().call("hadamard_delta", x, h.a1(), h.b1(), h.a2(), h.b2(), scale);
    }

    /** The change of weight {@code scale (a1 b1) * (a2 b2)}. */
    public static NDArray hadamardWeight(Hadamard h, double scale) {
        return module().call("hadamard_weight", h.a1(), h.b1(), h.a2(), h.b2(), scale);
    }

    /**
     * {@code scale x (w1 ⊗ w2)^T}, without the Kronecker product.
     *
     * @param x [..., m n]
     * @param w1 [l, m]
     * @param w2 [k, n]
     * @return [..., l k]
     */
    public static NDArray kroneckerDelta(NDArray x, NDArray w1, NDArray w2, double scale) {
        Operands.requireDimensions(w1, 2, "first factor");
        Operands.requireDimensions(w2, 2, "second factor");
        long in = w1.getShape().get(1) * w2.getShape().get(1);
        Operands.requireShape(x, Operands.withLast(x, in), "input of LoKr");
        return module().call("kronecker_delta", x, w1, w2, scale);
    }

    /**
     * {@code scale w1 ⊗ w2} as a matrix of l k rows.
     *
     * @param w1 [l, m]
     * @param w2 [k, n], or with further axes for a kernel
     */
    public static NDArray kronecker(NDArray w1, NDArray w2, double scale) {
        return module().call("kronecker", w1, w2, scale);
    }

    /**
     * A kernel in Tucker form: {@code sum_ij core[i, j] a[i] b[j]}.
     *
     * @param core [r, r, kernel, kernel]
     * @param a [r, out]
     * @param b [r, in]
     */
    public record Tucker(NDArray core, NDArray a, NDArray b) {

        /** Checks the shapes. */
        public Tucker {
            Operands.requireDimensions(core, 4, "core");
            Shape shape = core.getShape();
            Operands.requireShape(a, new Shape(shape.get(0), Operands.last(a)), "factor a");
            Operands.requireShape(b, new Shape(shape.get(1), Operands.last(b)), "factor b");
        }
    }

    /** The kernel [out, in, kernel, kernel]. */
    public static NDArray tucker(Tucker kernel) {
        return module().call("tucker", kernel.core(), kernel.a(), kernel.b());
    }

    /**
     * {@code scale k1 * k2}, elementwise, as a matrix [out, in kernel kernel]. The gradients of
     * both factors a are PEFT's: each with core and b of the other kernel.
     */
    public static NDArray tuckerProduct(Tucker k1, Tucker k2, double scale) {
        return module().call(
                        "tucker_product",
                        k1.core(),
                        k1.a(),
                        k1.b(),
                        k2.core(),
                        k2.a(),
                        k2.b(),
                        scale);
    }

    /**
     * Zeroes each place of the last axis with probability p.
     *
     * @param rescale whether the others are divided by the share of places that are left
     */
    public static NDArray dropLast(NDArray x, double p, boolean rescale) {
        Operands.requireProbability(p);
        return module().call("drop_last", x, p, rescale ? 1 : 0);
    }

    /** Zeroes each place of the first axis with probability p; see {@link #dropLast}. */
    public static NDArray dropFirst(NDArray x, double p, boolean rescale) {
        Operands.requireProbability(p);
        return module().call("drop_first", x, p, rescale ? 1 : 0);
    }

    /**
     * A change of weight by its singular values.
     *
     * @param a right vectors [r, in]
     * @param e values [r, 1]
     * @param b left vectors [out, r]
     * @param ranks [1], by which the change is divided, with 1e-5 more
     */
    public record SingularValues(NDArray a, NDArray e, NDArray b, NDArray ranks) {

        /** Checks the shapes. */
        public SingularValues {
            Operands.requireFactors(a, b);
            Operands.requireShape(e, new Shape(a.getShape().get(0), 1), "array of values");
            Operands.requireVector(ranks, 1, "number of ranks");
        }
    }

    /** {@code y + scale / (ranks + 1e-5) x (a * e)^T b^T}. */
    public static NDArray singularAdd(NDArray y, NDArray x, SingularValues s, double scale) {
        Operands.requireInner(x, s.a(), "AdaLoRA");
        requireOutput(y, x, s.b().getShape().get(0));
        return module().call("singular_add", y, x, s.a(), s.e(), s.b(), s.ranks(), scale);
    }

    /** {@code scale / (ranks + 1e-5) x (a * e)^T b^T}. */
    public static NDArray singularDelta(NDArray x, SingularValues s, double scale) {
        Operands.requireInner(x, s.a(), "AdaLoRA");
        return module().call("singular_delta", x, s.a(), s.e(), s.b(), s.ranks(), scale);
    }

    /** The change of weight {@code scale / (ranks + 1e-5) b (a * e)}. */
    public static NDArray singularWeight(SingularValues s, double scale) {
        return module().call("singular_weight", s.a(), s.e(), s.b(), s.ranks(), scale);
    }

    /**
     * The first of two thin matrices as DeLoRA has it: {@code diag(f) a diag(norms)} with {@code
     * f[j] = strength / (r |a[j, :]| |b[:, j]|)}, where no length counts as less than 1e-4.
     *
     * @param a [r, in]
     * @param b [out, r]
     * @param strength [1]
     * @param norms [in]
     */
    public static NDArray deloraA(NDArray a, NDArray b, NDArray strength, NDArray norms) {
        Operands.requireFactors(a, b);
        Operands.requireVector(strength, 1, "strength");
        Operands.requireVector(norms, a.getShape().get(1), "norms of columns");
        return module().call("delora_a", a, b, strength, norms);
    }

    /**
     * How far vectors are from orthonormal: {@code |a a^T - I| + |b^T b - I|}, Euclidean norms.
     *
     * @param a rows are vectors
     * @param b columns are vectors
     * @param sum what it is added to, or null
     */
    public static NDArray skewness(NDArray a, NDArray b, @Nullable NDArray sum) {
        Operands.requireFactors(a, b);
        return sum == null ? module().call("skewness", a, b) : module().call("skewness", a, b, sum);
    }

    /** {@code y + scale x w^T}: w [out, in]. */
    public static NDArray linearAdd(NDArray y, NDArray x, NDArray w, double scale) {
        Operands.requireInner(x, w, "linear");
        requireOutput(y, x, w.getShape().get(0));
        return module().call("linear_add", y, x, w, scale);
    }

    /**
     * The real part of the inverse discrete Fourier transform of a matrix with few entries.
     *
     * @param entries [n]
     * @param places [n] int64, row by row
     * @param rows of the matrix
     * @param columns of the matrix
     * @param scale factor on the result [rows, columns]
     */
    public static NDArray fourier(
            NDArray entries, NDArray places, long rows, long columns, double scale) {
        Operands.requireIds(places);
        Operands.requireShape(places, entries.getShape(), "array of places");
        return module().call("fourier", entries, places, rows, columns, scale);
    }

    /**
     * Two thin matrices put together from vectors of a bank: each vector is the mean of the k
     * vectors with the largest logits, weighed by their softmax.
     *
     * @param a logits [r, in / v, n] of the first matrix
     * @param b logits [out / v, r, n] of the second
     * @param bank [n, v]
     * @param k how many vectors make one
     */
    public record Vectors(NDArray a, NDArray b, NDArray bank, int k) {

        /** Checks the shapes. */
        public Vectors {
            Operands.requireDimensions(bank, 2, "bank of vectors");
            Shape left = a.getShape();
            Shape right = b.getShape();
            long n = bank.getShape().get(0);
            Operands.requireShape(a, new Shape(left.get(0), left.get(1), n), "logits of A");
            Operands.requireShape(b, new Shape(right.get(0), left.get(0), n), "logits of B");
            Operands.requireIndex(k - 1L, n, "number of vectors in a mean, less one,");
        }

        private long out() {
            return b.getShape().get(0) * bank.getShape().get(1);
        }
    }

    /** {@code y + scale (x a^T) b^T}. */
    public static NDArray vectorsAdd(NDArray y, NDArray x, Vectors v, double scale) {
        requireOutput(y, x, v.out());
        return module().call("vectors_add", y, x, v.a(), v.b(), v.bank(), v.k(), scale);
    }

    /** {@code scale (x a^T) b^T}. */
    public static NDArray vectorsDelta(NDArray x, Vectors v, double scale) {
        return module().call("vectors_delta", x, v.a(), v.b(), v.bank(), v.k(), scale);
    }

    /** The change of weight {@code scale b a}. */
    public static NDArray vectorsWeight(Vectors v, double scale) {
        return module().call("vectors_weight", v.a(), v.b(), v.bank(), v.k(), scale);
    }

    /**
     * The k largest of the last axis: their places [..., k] int64, and the softmax over them
     * without its last entry, which the others tell [..., k - 1].
     */
    public static NDList largest(NDArray logits, int k) {
        Operands.requireIndex(k - 1L, Operands.last(logits), "number of places, less one,");
        return module().callAll("largest", logits, k);
    }

    private static void requireOutput(NDArray y, NDArray x, long out) {
        Operands.requireShape(y, Operands.withLast(x, out), "output of the layer");
    }
}
