package io.github.peft4j.task.data;

import ai.djl.ndarray.types.Shape;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.task.tokenize.Side;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Rows of whole numbers of different lengths in one flat array: four bytes a number.
 *
 * @param values the rows one after the other
 * @param starts where each row starts in {@code values}, and where the last one ends
 */
public record RaggedInts(ImmutableIntArray values, ImmutableIntArray starts) {

    /** Refuses starts that do not cut the values into rows. */
    public RaggedInts {
        boolean fits =
                !starts.isEmpty()
                        && starts.get(0) == 0
                        && starts.get(starts.length() - 1) == values.length();
        for (int i = 1; fits && i < starts.length(); i++) {
            fits = starts.get(i - 1) <= starts.get(i);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "Starts %s do not cut %d values into rows. Go from 0 to the number of values."
                            .formatted(starts, values.length()));
        }
    }

    /** Number of rows. */
    public int size() {
        return starts.length() - 1;
    }

    /** Numbers in a row. */
    public int length(int row) {
        return starts.get(row + 1) - starts.get(row);
    }

    /** One number of a row. */
    public int get(int row, int position) {
        return row(row).get(position);
    }

    /** The numbers of a row: a view. */
    public ImmutableIntArray row(int row) {
        return values.subArray(starts.get(row), starts.get(row + 1));
    }

    /** Some rows, in this order, filled up to the longest of them: int64 [B, longest]. */
    HostArray.Int64 padded(int[] rows, int padding, Side side) {
        return fill(rows, side, padding, values::get);
    }

    /** 1 where these rows have a number and 0 where they are filled up: int64 [B, longest]. */
    HostArray.Int64 mask(int[] rows, Side side) {
        return fill(rows, side, 0, place -> 1);
    }

    private HostArray.Int64 fill(int[] rows, Side side, int padding, IntUnaryOperator valueAt) {
        int width = Arrays.stream(rows).map(this::length).max().orElse(0);
        long[] filled = new long[Math.multiplyExact(rows.length, width)];
        Arrays.fill(filled, padding);
        for (int i = 0; i < rows.length; i++) {
            int length = length(rows[i]);
            int from = starts.get(rows[i]);
            int to = i * width + (side == Side.LEFT ? width - length : 0);
            for (int j = 0; j < length; j++) {
                filled[to + j] = valueAt.applyAsInt(from + j);
            }
        }
        return new HostArray.Int64(filled, new Shape(rows.length, width));
    }

    /** Starts without rows. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects rows one by one. */
    public static final class Builder {

        private final ImmutableIntArray.Builder values = ImmutableIntArray.builder();
        private final ImmutableIntArray.Builder starts = ImmutableIntArray.builder().add(0);
        private int end;

        private Builder() {}

        /** Appends a row. */
        public Builder add(int... row) {
            end = Math.addExact(end, row.length);
            values.addAll(row);
            starts.add(end);
            return this;
        }

        /** The rows given so far. */
        public RaggedInts build() {
            return new RaggedInts(values.build(), starts.build());
        }
    }
}
