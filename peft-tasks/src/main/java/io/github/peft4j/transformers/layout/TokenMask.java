package io.github.peft4j.transformers.layout;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.Arrays;

/** An attention mask [B, S] on the host: which positions are tokens. */
final class TokenMask {

    private final boolean[] tokens;
    private final int width;
    private final int[] counts;

    TokenMask(NDArray mask) {
        tokens = tokens(mask);
        width = (int) mask.getShape().get(1);
        counts = new int[(int) mask.getShape().get(0)];
        for (int i = 0; i < tokens.length; i++) {
            counts[i / width] += tokens[i] ? 1 : 0;
        }
    }

    /** Which positions of a mask, laid flat, are tokens. */
    static boolean[] tokens(NDArray mask) {
        boolean[] tokens;
        if (mask.getDataType() == DataType.INT64) {
            long[] values = mask.toLongArray();
            tokens = new boolean[values.length];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = values[i] != 0;
            }
        } else {
            Number[] values = mask.toArray();
            tokens = new boolean[values.length];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = values[i].doubleValue() != 0;
            }
        }
        return tokens;
    }

    /** Whether the position at this place of [B, S] laid flat is a token. */
    boolean isToken(int place) {
        return tokens[place];
    }

    int rows() {
        return counts.length;
    }

    /** How many tokens a row has. */
    int count(int row) {
        return counts[row];
    }

    /** Whether nothing is padding. */
    boolean isFull() {
        return Arrays.stream(counts).sum() == tokens.length;
    }

    /** Whether some row is nothing but padding. */
    boolean hasEmptyRow() {
        return Arrays.stream(counts).anyMatch(count -> count == 0);
    }

    /** Whether each row's first position is a token. */
    boolean startsWithTokens() {
        for (int i = 0; i < tokens.length; i += width) {
            if (!tokens[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether no row has padding between its tokens. */
    boolean isContiguous() {
        for (int row = 0; row < tokens.length; row += width) {
            int starts = 0;
            for (int i = row; i < row + width; i++) {
                starts += tokens[i] && (i == row || !tokens[i - 1]) ? 1 : 0;
            }
            if (starts > 1) {
                return false;
            }
        }
        return true;
    }

    /** Places of the tokens in [B, S] laid flat, the rows taken in this order. */
    long[] places(int[] order) {
        long[] places = new long[Arrays.stream(counts).sum()];
        int next = 0;
        for (int row : order) {
            for (int i = row * width; i < (row + 1) * width; i++) {
                if (tokens[i]) {
                    places[next++] = i;
                }
            }
        }
        return places;
    }

    /** How many tokens the rows have, taken in this order. */
    int[] lengths(int[] order) {
        return Arrays.stream(order).map(row -> counts[row]).toArray();
    }
}
