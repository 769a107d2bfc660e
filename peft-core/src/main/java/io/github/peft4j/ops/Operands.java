package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;

/** What operators ask of their operands, refused before LibTorch sees them. */
public final class Operands {

    private Operands() {}

    /** An array of this shape. */
    public static void requireShape(NDArray x, Shape shape, String what) {
        require(x.getShape().equals(shape), "The %s is %s; it must be %s", what, x, shape);
    }

    /** An array of so many axes. */
    public static void requireDimensions(NDArray x, int dimensions, String what) {
        require(
                x.getShape().dimension() == dimensions,
                "The %s is %s; it must have %s axes",
                what,
                x,
                dimensions);
    }

    /** A vector of this length, or null. */
    public static void requireVector(@Nullable NDArray x, long length, String what) {
        if (x != null) {
            requireShape(x, new Shape(length), what);
        }
    }

    /** x [..., in] and w [out, in]. */
    public static void requireInner(NDArray x, NDArray w, String what) {
        requireDimensions(w, 2, "weight of " + what);
        require(
                last(x) == w.getShape().get(1),
                "The input of %s is %s; it must end in the %s columns of its weight",
                what,
                x,
                w.getShape().get(1));
    }

    /** x [B, in, length...] and w [out, in / groups, kernel...], the kernel no wider than x. */
    static void requireConvolution(NDArray x, NDArray w, ConvolutionSpec form) {
        requireDimensions(x, form.axes() + 2, "input of convolution");
        requireDimensions(w, form.axes() + 2, "weight of convolution");
        require(
                x.getShape().get(1) == w.getShape().get(1) * form.groups(),
                "The input of %s is %s; it must have %s channels",
                "convolution",
                x,
                w.getShape().get(1) * form.groups());
        for (int i = 0; i < form.axes(); i++) {
            require(
                    form.outputs(i, x.getShape().get(i + 2), w.getShape().get(i + 2)) > 0,
                    "The input of %s is %s; with its padding it must reach over the kernel %s",
                    "convolution",
                    x,
                    w.getShape());
        }
    }

    /** a [r, in] and b [out, r]. */
    public static void requireFactors(NDArray a, NDArray b) {
        requireDimensions(a, 2, "factor A");
        requireDimensions(b, 2, "factor B");
        require(
                a.getShape().get(0) == b.getShape().get(1),
                "The factor %s is %s; it must have as many columns as A has rows, %s",
                "B",
                b,
                a.getShape().get(0));
    }

    public static void requireLowRank(NDArray x, NDArray a, NDArray b) {
        requireFactors(a, b);
        requireInner(x, a, "lora");
    }

    /** An array of int64. */
    public static void requireIds(NDArray ids) {
        require(
                ids.getDataType() == DataType.INT64,
                "The %s array %s must be int64, got %s",
                "index",
                ids,
                ids.getDataType());
    }

    static void requireIndex(long index, long rows, String what) {
        if (index < 0 || index >= rows) {
            throw new IllegalArgumentException(
                    "The " + what + " is " + index + "; it must be from 0 to " + (rows - 1) + ".");
        }
    }

    static void requireProbability(double p) {
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException(
                    "The dropout probability is " + p + "; it must be in [0, 1).");
        }
    }

    /** q, k and v of these axes, heads side by side; k and v of one shape, in q's batch. */
    static void requireAttention(NDArray q, NDArray k, NDArray v, AttentionSpec form, int axes) {
        requireDimensions(q, axes, "query of attention");
        requireDimensions(k, axes, "key of attention");
        requireDimensions(v, axes, "value of attention");
        require(
                last(q) % form.heads() == 0,
                "The %s is %s; its features must split into %s heads",
                "query of attention",
                q,
                form.heads());
        long keys = last(q) / form.heads() * form.keyValueHeads();
        require(
                last(k) == keys && (axes == 2 || k.getShape().get(0) == q.getShape().get(0)),
                "The %s is %s; it must have the query's batch and as many features as %s heads",
                "key of attention",
                k,
                form.keyValueHeads());
        requireShape(v, k.getShape(), "value of attention");
    }

    /** A mask [B or 1, 1 or N, S or 1, T] of booleans or float32, or null. */
    static void requireMask(@Nullable NDArray mask, NDArray q, NDArray k, int heads) {
        if (mask == null) {
            return;
        }
        requireDimensions(mask, 4, "attention mask");
        DataType type = mask.getDataType();
        require(
                type == DataType.BOOLEAN || type == DataType.FLOAT32,
                "The %s of shape %s must be boolean or float32, got %s",
                "attention mask",
                mask,
                type);
        Shape shape = mask.getShape();
        Shape whole =
                new Shape(
                        shape.get(0) == 1 ? 1 : q.getShape().get(0),
                        shape.get(1) == 1 ? 1 : heads,
                        shape.get(2) == 1 ? 1 : q.getShape().get(1),
                        k.getShape().get(1));
        requireShape(mask, whole, "attention mask");
    }

    /** The length of the last axis, or -1 without axes. */
    static long last(NDArray x) {
        Shape shape = x.getShape();
        return shape.dimension() == 0 ? -1 : shape.get(shape.dimension() - 1);
    }

    /** The shape of x with another last axis. */
    public static Shape withLast(NDArray x, long length) {
        Shape shape = x.getShape();
        return shape.slice(0, shape.dimension() - 1).add(length);
    }

    private static void require(boolean ok, String template, String what, NDArray x, Object rule) {
        if (!ok) {
            throw new IllegalArgumentException(
                    String.format(template, what, x.getShape(), rule) + ".");
        }
    }
}
