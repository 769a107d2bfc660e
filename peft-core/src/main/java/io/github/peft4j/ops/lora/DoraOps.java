package io.github.peft4j.ops.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.internal.script.ScriptModule;
import io.github.peft4j.ops.Operands;
import org.jspecify.annotations.Nullable;

/**
 * What DoRA computes, with x [..., in], y [..., out] of the layer beneath, its frozen weight w
 * [out, in], a [r, in] and b [out, r]. Results land in the manager of the first array. No gradient
 * passes through the lengths of rows.
 */
public final class DoraOps {

    private DoraOps() {}

    private static ScriptModule module() {
        return ScriptModule.get();
    }

    /**
     * A layer's tensors.
     *
     * @param a [r, in]
     * @param b [out, r]
     * @param m [out], the lengths that the rows of the weight get
     * @param scale factor on what A and B make
     */
    public record Dora(NDArray a, NDArray b, NDArray m, double scale) {

        /** Checks the shapes. */
        public Dora {
            Operands.requireFactors(a, b);
            Operands.requireVector(m, b.getShape().get(0), "magnitude");
        }
    }

    /** {@code bias + m / |w + scale b a| (y - bias + scale (x a^T) b^T)}, lengths by rows. */
    public static NDArray add(NDArray y, NDArray x, NDArray w, Dora dora, @Nullable NDArray bias) {
        requireOutput(y, x, dora, bias);
        requireWeight(w, dora.a(), dora.b());
        return bias == null
                ? module().call("dora_add", y, x, w, dora.a(), dora.b(), dora.m(), dora.scale())
                : module().call(
                                "dora_add",
                                y,
                                x,
                                w,
                                dora.a(),
                                dora.b(),
                                dora.m(),
                                dora.scale(),
                                bias);
    }

    /** The same with lengths that are known: norm [out]. */
    public static NDArray scaled(
            NDArray y, NDArray x, NDArray norm, Dora dora, @Nullable NDArray bias) {
        requireOutput(y, x, dora, bias);
        Operands.requireShape(norm, dora.m().getShape(), "array of lengths");
        return bias == null
                ? module().call(
                                "dora_scaled",
                                y,
                                x,
                                dora.a(),
                                dora.b(),
                                dora.m(),
                                norm,
                                dora.scale())
                : module().call(
                                "dora_scaled",
                                y,
                                x,
                                dora.a(),
                                dora.b(),
                                dora.m(),
                                norm,
                                dora.scale(),
                                bias);
    }

    /**
     * {@code m / norm (y + scale (rows of a^T by ids) b^T)}: ids [...] int64, y [..., dim], a [r,
     * rows], b [dim, r], norm [dim].
     */
    public static NDArray embedded(NDArray y, NDArray ids, NDArray norm, Dora dora) {
        Operands.requireIds(ids);
        Operands.requireShape(
                y, ids.getShape().add(dora.b().getShape().get(0)), "output of the embedding");
        Operands.requireShape(norm, dora.m().getShape(), "array of lengths");
        return module().call(
                        "dora_embedded", y, ids, dora.a(), dora.b(), dora.m(), norm, dora.scale());
    }

    /** The lengths of the rows of {@code w + scale b a}: [out]. */
    public static NDArray norm(NDArray w, NDArray a, NDArray b, double scale) {
        requireWeight(w, a, b);
        return module().call("dora_norm", w, a, b, scale);
    }

    /** The lengths of the rows of {@code w + change}, both [out, n]. */
    public static NDArray norm(NDArray w, NDArray change) {
        Operands.requireDimensions(w, 2, "weight");
        Operands.requireShape(change, w.getShape(), "change of weight");
        return module().call("dora_norm_of_sum", w, change);
    }

    /**
     * {@code bias + m / norm (y - bias + change)} for a convolution.
     *
     * @param y [B, out, length...]
     * @param change as y
     * @param m out numbers
     * @param norm out numbers
     * @param bias [out] or null
     */
    public static NDArray channels(
            NDArray y, NDArray change, NDArray m, NDArray norm, @Nullable NDArray bias) {
        Operands.requireShape(change, y.getShape(), "change of output");
        requireNumbers(m, y.getShape().get(1));
        requireNumbers(norm, y.getShape().get(1));
        Operands.requireVector(bias, y.getShape().get(1), "bias");
        return bias == null
                ? module().call("dora_channels", y, change, m, norm)
                : module().call("dora_channels", y, change, m, norm, bias);
    }

    /**
     * {@code y + (m / norm - 1) again + m / norm change}: where dropout makes another input than
     * the layer beneath had.
     *
     * @param again what the frozen layer gives for that input, without its bias; as y
     * @param change as y
     * @param axis where features stand
     */
    public static NDArray again(
            NDArray y, NDArray again, NDArray change, NDArray m, NDArray norm, int axis) {
        Operands.requireShape(again, y.getShape(), "second output");
        Operands.requireShape(change, y.getShape(), "change of output");
        requireNumbers(m, y.getShape().get(axis));
        requireNumbers(norm, y.getShape().get(axis));
        return module().call("dora_again", y, again, change, m, norm, axis);
    }

    /** {@code m / norm (w + change)} by rows: w and change [out, n], m and norm out numbers. */
    public static NDArray rows(NDArray w, NDArray change, NDArray m, NDArray norm) {
        Operands.requireDimensions(w, 2, "weight");
        Operands.requireShape(change, w.getShape(), "change of weight");
        requireNumbers(m, w.getShape().get(0));
        Operands.requireVector(norm, w.getShape().get(0), "array of lengths");
        return module().call("dora_rows", w, change, m, norm);
    }

    /** A number that grows with each write to the numbers of a or b, through whatever alias. */
    public static long writes(NDArray a, NDArray b) {
        try (NDArray writes = module().call("writes", a, b)) {
            return writes.getLong();
        }
    }

    private static void requireOutput(NDArray y, NDArray x, Dora dora, @Nullable NDArray bias) {
        long out = dora.b().getShape().get(0);
        Operands.requireInner(x, dora.a(), "DoRA");
        Operands.requireShape(y, Operands.withLast(x, out), "output of the layer");
        Operands.requireVector(bias, out, "bias");
    }

    private static void requireWeight(NDArray w, NDArray a, NDArray b) {
        Operands.requireFactors(a, b);
        Shape whole = new Shape(b.getShape().get(0), a.getShape().get(1));
        Operands.requireShape(w, whole, "weight of the layer");
    }

    private static void requireNumbers(NDArray numbers, long count) {
        if (numbers.size() != count) {
            throw new IllegalArgumentException(
                    "The array of "
                            + numbers.getShape()
                            + " must have as many numbers as there are features, "
                            + count
                            + ".");
        }
    }
}
