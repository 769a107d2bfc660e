package io.github.peft4j.transformers.layout;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.Attention;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.ops.DisentangledAttention;
import io.github.peft4j.ops.DisentangledAttention.Distances;
import io.github.peft4j.ops.Ops;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Rows of equal length; masks hide the padding. */
final class PaddedTokens extends TokenLayout {

    private final NDManager manager;
    private final Shape shape;
    private final @Nullable NDArray mask;
    private @Nullable NDArray floatMask;
    private final Map<MaskKey, NDArray> masks = new HashMap<>();

    /** What a mask depends on; arrays are equal if they are the same object. */
    private record MaskKey(boolean causal, int window, long keys, @Nullable NDArray bias) {}

    PaddedTokens(NDArray ids, @Nullable NDArray mask) {
        manager = ids.getManager();
        shape = batch(ids);
        this.mask = mask;
        if (mask != null
                && (mask.getShape().dimension() != 2
                        || mask.getShape().get(0) != shape.get(0)
                        || mask.getShape().get(1) < shape.get(1))) {
            throw new IllegalArgumentException(
                    "The attention_mask is "
                            + mask.getShape()
                            + " for a batch of "
                            + shape
                            + ". Give a number for each token, earlier ones included.");
        }
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public boolean isPacked() {
        return false;
    }

    @Override
    int[] rowOfEach() {
        return IntStream.range(0, (int) shape.get(0)).toArray();
    }

    @Override
    public NDArray pack(NDArray padded) {
        return padded;
    }

    @Override
    public NDArray unpack(NDArray hidden) {
        return hidden;
    }

    @Override
    public NDArray rows(long[] positions) {
        return manager.create(positions);
    }

    @Override
    public List<int[]> places() {
        int width = (int) shape.get(1);
        TokenMask tokens = mask == null ? null : new TokenMask(mask);
        List<int[]> places = new ArrayList<>();
        for (int start = 0; start < shape.size(); start += width) {
            int end = start + width;
            while (tokens != null && end > start && !tokens.isToken(end - 1)) {
                end--;
            }
            places.add(IntStream.range(start, end).toArray());
        }
        return places;
    }

    @Override
    public NDArray first(NDArray hidden) {
        return hidden.get(":, 0:1");
    }

    @Override
    NDManager manager() {
        return manager;
    }

    @Override
    public NDArray attention(
            NDArray q, NDArray k, NDArray v, AttentionSpec form, @Nullable NDArray bias) {
        return Attention.padded(q, k, v, form, mask(form, k.getShape().get(1), bias));
    }

    @Override
    public NDArray firstAttention(
            NDArray q, NDArray k, NDArray v, AttentionSpec form, @Nullable NDArray bias) {
        NDArray row = bias == null ? null : bias.get(":, :, 0:1");
        return Attention.padded(q, k, v, form, mask(form, k.getShape().get(1), row));
    }

    @Override
    public NDArray disentangled(
            NDArray q,
            NDArray k,
            NDArray v,
            Distances distances,
            AttentionSpec form,
            boolean firstOnly) {
        return DisentangledAttention.padded(q, k, v, distances, form, mask);
    }

    @Override
    public NDArray withoutPadding(NDArray hidden) {
        if (mask == null) {
            return hidden;
        }
        NDArray factors = floatMask;
        if (factors == null) {
            factors = Ops.toFloat32(mask.neq(0)).expandDims(2);
            factors.attach(manager);
            floatMask = factors;
        }
        return hidden.mul(factors);
    }

    @Override
    public NDArray cross(NDArray q, NDArray k, NDArray v, TokenLayout keys, AttentionSpec form) {
        PaddedTokens other = (PaddedTokens) keys; // of a pair both are packed or none is
        return Attention.padded(q, k, v, form, other.mask(form, k.getShape().get(1), null));
    }

    @Override
    public @Nullable NDArray mask(AttentionSpec form, long keys) {
        return mask(form, keys, null);
    }

    /**
     * The mask of this form over so many keys, or null if every query sees what its form allows.
     */
    private @Nullable NDArray mask(AttentionSpec form, long keys, @Nullable NDArray bias) {
        if (mask != null && mask.getShape().get(1) != keys) {
            throw new IllegalArgumentException(
                    "The attention_mask covers "
                            + mask.getShape().get(1)
                            + " positions, but there are "
                            + keys
                            + " keys. Give a mask over earlier positions and this call's.");
        }
        long queries = shape.get(1);
        boolean banded = form.causal() && form.window() > 0 && form.window() < keys;
        boolean triangle = form.causal() && queries > 1;
        // The engine draws the triangle itself where rows start at position 0 and nothing else is.
        boolean plain = !triangle || (bias == null && queries == keys);
        if (mask == null && !banded && plain) {
            return bias;
        }
        MaskKey key = new MaskKey(form.causal(), form.window(), keys, bias);
        NDArray known = masks.get(key);
        if (known == null) {
            known = make(form, keys, bias);
            masks.put(key, known);
        }
        return known;
    }

    private NDArray make(AttentionSpec form, long keys, @Nullable NDArray bias) {
        NDArray tokens =
                mask != null ? mask : manager.ones(new Shape(shape.get(0), keys), DataType.INT64);
        NDArray visible = Attention.visible(tokens, shape.get(1), form);
        visible.attach(manager);
        if (bias == null) {
            return visible;
        }
        NDArray sum = Attention.biased(bias, visible);
        sum.attach(manager);
        return sum;
    }
}
