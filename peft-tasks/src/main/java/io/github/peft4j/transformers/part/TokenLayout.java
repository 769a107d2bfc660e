package io.github.peft4j.transformers.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.Ops;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How the tokens of a batch lie in memory.
 *
 * <p>Padded: hidden states are [B, S, H], and attention masks the padding. Packed: the real tokens
 * of all sequences lie end to end as [T, H], so nothing is computed for padding; in a usual batch
 * of texts that is more than half of the work.
 */
public abstract sealed class TokenLayout {

    private TokenLayout() {}

    /**
     * Keeps padding.
     *
     * @param mask [B, S], 1 for a token, or null for all ones
     */
    public static TokenLayout padded(@Nullable NDArray mask) {
        if (mask == null) {
            return new Padded(null);
        }
        try (NDArray zero = mask.getManager().zeros(new Shape(), mask.getDataType())) {
            return new Padded(mask.neq(zero).expandDims(1));
        }
    }

    /**
     * Drops padding if there is any and the batch allows it.
     *
     * <p>It does not where a row's first token is padding (poolers read it) or where no token is
     * padding, since equal lengths compute faster side by side.
     *
     * @param mask [B, S], 1 for a token, or null for all ones
     */
    public static TokenLayout packed(@Nullable NDArray mask) {
        if (mask == null) {
            return padded(null);
        }
        boolean[] real = real(mask);
        long rows = mask.getShape().get(0);
        int length = (int) mask.getShape().get(1);
        long[] bounds = new long[(int) rows + 1];
        long[] kept = new long[real.length];
        int count = 0;
        for (int row = 0; row < rows; row++) {
            if (!real[row * length]) {
                return padded(mask);
            }
            for (int i = row * length; i < (row + 1) * length; i++) {
                if (real[i]) {
                    kept[count++] = i;
                }
            }
            bounds[row + 1] = count;
        }
        if (count == real.length) {
            return padded(null);
        }
        return new Packed(mask.getManager(), Arrays.copyOf(kept, count), bounds);
    }

    private static boolean[] real(NDArray mask) {
        boolean[] real;
        if (mask.getDataType() == DataType.INT64) {
            long[] values = mask.toLongArray();
            real = new boolean[values.length];
            for (int i = 0; i < real.length; i++) {
                real[i] = values[i] != 0;
            }
        } else {
            Number[] values = mask.toArray();
            real = new boolean[values.length];
            for (int i = 0; i < real.length; i++) {
                real[i] = values[i].doubleValue() != 0;
            }
        }
        return real;
    }

    /** Whether padding was dropped. */
    public abstract boolean isPacked();

    /** Lays [B, S, ...] out; the result of a padded layout is the argument itself. */
    public abstract NDArray pack(NDArray padded);

    /** The first token of each row: [B, 1, H] or [B, H]. */
    public abstract NDArray first(NDArray hidden);

    /**
     * Attention of each sequence over itself.
     *
     * @param q queries of all tokens, or of the first ones only
     * @param firstOnly whether q holds the first tokens only
     * @return of q's shape
     */
    public abstract NDArray attention(
            NDArray q, NDArray k, NDArray v, int heads, double dropout, boolean firstOnly);

    private static final class Padded extends TokenLayout {

        private final @Nullable NDArray mask;

        Padded(@Nullable NDArray mask) {
            this.mask = mask;
        }

        @Override
        public boolean isPacked() {
            return false;
        }

        @Override
        public NDArray pack(NDArray padded) {
            return padded;
        }

        @Override
        public NDArray first(NDArray hidden) {
            return hidden.get(":, 0:1");
        }

        @Override
        public NDArray attention(
                NDArray q, NDArray k, NDArray v, int heads, double dropout, boolean firstOnly) {
            return Ops.attention(q, k, v, heads, dropout, mask);
        }
    }

    private static final class Packed extends TokenLayout {

        private final NDArray index;
        private final NDArray bounds;
        private final NDArray starts;
        private final NDArray single;

        Packed(NDManager manager, long[] kept, long[] ends) {
            index = manager.create(kept);
            bounds = manager.create(ends);
            starts = manager.create(Arrays.copyOf(ends, ends.length - 1));
            long[] ones = new long[ends.length];
            Arrays.setAll(ones, i -> i);
            single = manager.create(ones);
        }

        @Override
        public boolean isPacked() {
            return true;
        }

        @Override
        public NDArray pack(NDArray padded) {
            Shape shape = padded.getShape();
            Shape flat = new Shape(shape.get(0) * shape.get(1)).addAll(shape.slice(2));
            try (NDArray rows = padded.reshape(flat)) {
                return Ops.rows(rows, index);
            }
        }

        @Override
        public NDArray first(NDArray hidden) {
            return Ops.rows(hidden, starts);
        }

        @Override
        public NDArray attention(
                NDArray q, NDArray k, NDArray v, int heads, double dropout, boolean firstOnly) {
            return Ops.packedAttention(
                    q, k, v, firstOnly ? single : bounds, bounds, heads, dropout);
        }
    }
}
