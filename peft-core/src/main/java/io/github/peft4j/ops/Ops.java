package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.internal.script.ScriptModule;
import org.jspecify.annotations.Nullable;

/**
 * Differentiable operations of layers and losses.
 *
 * <p>All are safe in a training graph (no operand is freed before the backward pass) and leave
 * their result in the manager of the first argument. Shapes are checked here: a call that fails
 * inside LibTorch would leak its arguments.
 */
public final class Ops {

    /** 32 MiB of float32 scores. */
    private static final long SCORES_AT_ONCE = 8L << 20;

    /** Fewer rows would read a large weight too often. */
    private static final long MIN_ROWS = 32;

    private Ops() {}

    private static ScriptModule module() {
        return ScriptModule.get();
    }

    /** {@code x w^T + b}: x [..., in], w [out, in], b [out] or null; result [..., out]. */
    public static NDArray linear(NDArray x, NDArray w, @Nullable NDArray b) {
        Operands.requireInner(x, w, "linear");
        Operands.requireVector(b, w.getShape().get(0), "bias of linear");
        return b == null ? module().call("linear", x, w) : module().call("linear", x, w, b);
    }

    /** {@code y + scale (x a^T) b^T}: y [..., out], x [..., in], a [r, in], b [out, r]. */
    public static NDArray loraAdd(NDArray y, NDArray x, NDArray a, NDArray b, double scale) {
        Operands.requireLowRank(x, a, b);
        Operands.requireShape(y, Operands.withLast(x, b.getShape().get(0)), "y of lora");
        return module().call("lora_add", y, x, a, b, scale);
    }

    /** {@code scale (x a^T) b^T}: x [..., in], a [r, in], b [out, r]; result [..., out]. */
    public static NDArray loraDelta(NDArray x, NDArray a, NDArray b, double scale) {
        Operands.requireLowRank(x, a, b);
        return module().call("lora_delta", x, a, b, scale);
    }

    /** {@code scale b a}: a [r, in], b [out, r]; result [out, in]. */
    public static NDArray lowRank(NDArray a, NDArray b, double scale) {
        Operands.requireFactors(a, b);
        return module().call("low_rank", a, b, scale);
    }

    /** Rows of w [rows, dim] by ids [...] int64; result [..., dim]. Ids are checked by LibTorch. */
    public static NDArray embedding(NDArray ids, NDArray w) {
        Operands.requireIds(ids);
        Operands.requireDimensions(w, 2, "embedding table");
        return module().call("embedding", ids, w);
    }

    /** As {@link #embedding(NDArray, NDArray)}, without a gradient for the row of padding. */
    public static NDArray embedding(NDArray ids, NDArray w, long paddingIndex) {
        Operands.requireIds(ids);
        Operands.requireDimensions(w, 2, "embedding table");
        Operands.requireIndex(paddingIndex, w.getShape().get(0), "padding row");
        return module().call("embedding_padded", ids, w, paddingIndex);
    }

    /**
     * Cross-correlation over one to three axes: x [B, in, length...], w [out, in / groups,
     * kernel...], b [out] or null; result [B, out, length'...].
     */
    public static NDArray convolve(
            NDArray x, NDArray w, @Nullable NDArray b, ConvolutionSpec form) {
        Operands.requireConvolution(x, w, form);
        Operands.requireVector(b, w.getShape().get(0), "bias of convolution");
        return b == null
                ? module().call("convolve", x, w, form.numbers())
                : module().call("convolve", x, w, form.numbers(), b);
    }

    /** The last two axes of x [B, S, F] exchanged, laid out anew: [B, F, S]. */
    public static NDArray turn(NDArray x) {
        Operands.requireDimensions(x, 3, "array to turn");
        return module().call("turn", x);
    }

    /** Layer norm over the last axis: {@code (x - mean) / sqrt(var + eps) * w + b}. */
    public static NDArray layerNorm(NDArray x, NDArray w, NDArray b, double eps) {
        Operands.requireVector(w, Operands.last(x), "weight of layer norm");
        Operands.requireVector(b, Operands.last(x), "bias of layer norm");
        return module().call("layer_norm", x, w, b, eps);
    }

    /** Layer norm of {@code x + residual}. */
    public static NDArray addLayerNorm(
            NDArray x, NDArray residual, NDArray w, NDArray b, double eps) {
        Operands.requireShape(residual, x.getShape(), "residual");
        Operands.requireVector(w, Operands.last(x), "weight of layer norm");
        Operands.requireVector(b, Operands.last(x), "bias of layer norm");
        return module().call("add_layer_norm", x, residual, w, b, eps);
    }

    /** RMS norm over the last axis: {@code x / sqrt(mean(x^2) + eps) * (offset + w)}. */
    public static NDArray rmsNorm(NDArray x, NDArray w, double eps, double offset) {
        Operands.requireVector(w, Operands.last(x), "weight of RMS norm");
        return offset == 0
                ? module().call("rms_norm", x, w, eps)
                : module().call("rms_norm_offset", x, w, eps, offset);
    }

    /** {@code f(gate) * up}: the middle of a gated feed-forward part. */
    public static NDArray gated(ActivationFunction function, NDArray gate, NDArray up) {
        Operands.requireShape(up, gate.getShape(), "gated half");
        return activate(function, gate).mul(up);
    }

    /** An activation function by name, elementwise. */
    public static NDArray activate(ActivationFunction function, NDArray x) {
        return module().call(function.method(), x);
    }

    /** Zeroes each element with probability p and divides the others by 1 - p. */
    public static NDArray dropout(NDArray x, double p) {
        Operands.requireProbability(p);
        return module().call("dropout", x, p);
    }

    /** {@code x * factor}; DJL's own {@code mul(Number)} corrupts gradients. */
    public static NDArray scale(NDArray x, double factor) {
        return module().call("scale", x, factor);
    }

    /** The sum of x's [..., F] chunks of r features, the last one filled with zeros: [..., r]. */
    public static NDArray foldChunks(NDArray x, long r) {
        return module().call("fold_chunks", x, (double) r);
    }

    /** Rows of x [R, ...] by index [K] int64; result [K, ...]. */
    public static NDArray rows(NDArray x, NDArray index) {
        Operands.requireIds(index);
        Operands.requireDimensions(index, 1, "index of rows");
        return module().call("rows", x, index);
    }

    /** The places of an axis of x by index [K] int64. */
    public static NDArray select(NDArray x, int axis, NDArray index) {
        Operands.requireIds(index);
        Operands.requireDimensions(index, 1, "index of places");
        return module().call("select", x, axis, index);
    }

    /**
     * The inverse of {@link #rows}: x [K, ...] at index [K] int64 among so many rows, else zero.
     */
    public static NDArray spread(NDArray x, NDArray index, long rows) {
        Operands.requireIds(index);
        Operands.requireVector(index, x.getShape().get(0), "index of rows");
        return module().call("spread", x, index, rows);
    }

    /**
     * Rows y [..., d] that were looked up by ids [...], with those of delta [n, d] for the ids that
     * stand in index [n] int64.
     *
     * @param unmoved the row of delta that gets no gradient, or -1
     */
    public static NDArray replaceRows(
            NDArray y, NDArray ids, NDArray index, NDArray delta, long unmoved) {
        requireReplacement(index, delta, Operands.last(y));
        Operands.requireIds(ids);
        return module().call("replace_rows", y, ids, index, delta, unmoved);
    }

    /** Outputs y [..., out] of x [..., in] as if delta [n, in] were rows of the weight at index. */
    public static NDArray replaceOutputs(NDArray y, NDArray x, NDArray index, NDArray delta) {
        requireReplacement(index, delta, Operands.last(x));
        return module().call("replace_outputs", y, x, index, delta);
    }

    /** The table w [rows, d] with delta [n, d] as its rows at index [n] int64. */
    public static NDArray withRows(NDArray w, NDArray index, NDArray delta) {
        Operands.requireDimensions(w, 2, "table");
        requireReplacement(index, delta, Operands.last(w));
        return module().call("with_rows", w, index, delta);
    }

    private static void requireReplacement(NDArray index, NDArray delta, long length) {
        Operands.requireIds(index);
        Operands.requireShape(
                delta, new Shape(index.getShape().size(), length), "rows that replace others");
    }

    /** Mean of x [B, S, H] over tokens, where mask [B, S] is not 0; result [B, H]. */
    public static NDArray meanTokens(NDArray x, NDArray mask) {
        Operands.requireDimensions(x, 3, "hidden states");
        Operands.requireShape(mask, x.getShape().slice(0, 2), "mask of tokens");
        return module().call("mean_tokens", x, mask);
    }

    /** {@code x / max(|x|, 1e-12)} over the last axis. */
    public static NDArray unitRows(NDArray x) {
        return module().call("unit_rows", x);
    }

    /** The same numbers as float32, with a gradient; DJL's own {@code toType} cuts it. */
    public static NDArray toFloat32(NDArray x) {
        return x.getDataType() == DataType.FLOAT32 ? x : module().call("to_float32", x);
    }

    /**
     * Mean cross entropy of logits [R, C] and labels [R] int64; labels equal to ignore drop out.
     */
    public static NDArray crossEntropy(NDArray logits, NDArray labels, long ignore) {
        Operands.requireIds(labels);
        Operands.requireDimensions(logits, 2, "logits of cross entropy");
        Operands.requireVector(labels, logits.getShape().get(0), "labels of cross entropy");
        return module().call("cross_entropy", logits, labels, ignore);
    }

    /**
     * The sum of the rows' cross entropies, each times its weight, divided by R: logits [R, C],
     * labels [R] int64 from 0 to C - 1, weights [R].
     */
    public static NDArray weightedCrossEntropy(NDArray logits, NDArray labels, NDArray weights) {
        Operands.requireIds(labels);
        Operands.requireDimensions(logits, 2, "logits of cross entropy");
        Operands.requireVector(labels, logits.getShape().get(0), "labels of cross entropy");
        Operands.requireVector(weights, logits.getShape().get(0), "weights of cross entropy");
        return module().call("weighted_cross_entropy", logits, labels, weights);
    }

    /** Mean cross entropy of logits [R, C] and shares of the classes [R, C]. */
    public static NDArray softCrossEntropy(NDArray logits, NDArray labels) {
        Operands.requireDimensions(logits, 2, "logits of cross entropy");
        Operands.requireShape(labels, logits.getShape(), "labels");
        return module().call("soft_cross_entropy", logits, labels);
    }

    /**
     * As {@link #linearCrossEntropy(NDArray, NDArray, NDArray, NDArray, double)}, without a cap.
     */
    public static NDArray linearCrossEntropy(
            NDArray h, NDArray w, @Nullable NDArray b, NDArray labels) {
        return linearCrossEntropy(h, w, b, labels, 0);
    }

    /**
     * Mean cross entropy of {@code h w^T + b} and labels, without holding the scores of all rows at
     * once. Its gradient reaches h alone: w and b must be frozen.
     *
     * @param h [K, H]
     * @param w [C, H]
     * @param b [C], or null
     * @param labels [K] int64, each from 0 to C - 1
     * @param softCap c &gt; 0 bends scores to {@code c tanh(score / c)}; 0 leaves them
     * @throws IllegalArgumentException if w or b would need a gradient
     */
    public static NDArray linearCrossEntropy(
            NDArray h, NDArray w, @Nullable NDArray b, NDArray labels, double softCap) {
        Operands.requireInner(h, w, "linear cross entropy");
        Operands.requireDimensions(h, 2, "input of linear cross entropy");
        Operands.requireIds(labels);
        Operands.requireVector(labels, h.getShape().get(0), "labels of cross entropy");
        Operands.requireVector(b, w.getShape().get(0), "bias of linear cross entropy");
        if (w.hasGradient() || (b != null && b.hasGradient())) {
            throw new IllegalArgumentException(
                    "The "
                            + (w.hasGradient() ? "weight" : "bias")
                            + " of linear cross entropy trains, and would get no gradient. Compute"
                            + " the scores and use crossEntropy.");
        }
        long rows = Math.max(MIN_ROWS, SCORES_AT_ONCE / w.getShape().get(0));
        return b == null
                ? module().call("linear_cross_entropy", h, w, labels, rows, softCap)
                : module().call("linear_cross_entropy", h, w, labels, rows, softCap, b);
    }

    /** Mean binary cross entropy of logits and labels of the same shape. */
    public static NDArray binaryCrossEntropy(NDArray logits, NDArray labels) {
        Operands.requireShape(labels, logits.getShape(), "labels");
        return module().call("bce_with_logits", logits, labels);
    }

    /** Mean squared error of two arrays of the same shape. */
    public static NDArray meanSquaredError(NDArray x, NDArray labels) {
        Operands.requireShape(labels, x.getShape(), "labels");
        return module().call("mse", x, labels);
    }

    /**
     * Mean cross entropy of {@code scale a b^T} where row i of a belongs to row i of b and to no
     * other: each batch is its own wrong answers.
     *
     * @param a [B, H]
     * @param b [B, H]
     */
    public static NDArray inBatchNegatives(NDArray a, NDArray b, double scale) {
        Operands.requireDimensions(a, 2, "first texts");
        Operands.requireShape(b, a.getShape(), "second texts");
        return module().call("in_batch_negatives", a, b, scale);
    }
}
