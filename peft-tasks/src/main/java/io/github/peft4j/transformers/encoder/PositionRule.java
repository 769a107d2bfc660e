package io.github.peft4j.transformers.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.transformers.layout.TokenInput;

/** Which position a token has where the input does not say. */
public enum PositionRule {
    /** Its index in the row, padding counted: BERT. */
    FROM_ZERO {
        @Override
        NDArray of(ModelInput input, int padTokenId, long rows) {
            long past = TokenInput.past(input);
            return counted(input, past, past, rows);
        }
    },
    /**
     * How many tokens came before it, counted from the one after the padding's id; padding has its
     * id as position. Rows of embeddings are counted without padding: RoBERTa.
     */
    AFTER_PADDING {
        @Override
        NDArray of(ModelInput input, int padTokenId, long rows) {
            NDArray ids = input.inputIds();
            if (ids == null) {
                return counted(input, padTokenId + 1L, 0, rows);
            }
            int length = (int) ids.getShape().get(1);
            long past = TokenInput.past(input);
            long[] positions = ids.toLongArray();
            long next = 0;
            long most = 0;
            for (int i = 0; i < positions.length; i++) {
                next = i % length == 0 ? past : next;
                positions[i] = positions[i] == padTokenId ? padTokenId : ++next + padTokenId;
                most = Math.max(most, next);
            }
            requireFits(most, rows - padTokenId - 1);
            return input.manager().create(positions, ids.getShape());
        }
    };

    /**
     * Positions [B, S] of an input.
     *
     * @param rows of the table of positions
     * @throws IllegalArgumentException if the table is too short
     */
    abstract NDArray of(ModelInput input, int padTokenId, long rows);

    private static NDArray counted(ModelInput input, long from, long past, long rows) {
        Shape shape = TokenInput.tokens(input).getShape().slice(0, 2);
        long length = shape.get(1);
        requireFits(length + past, rows - from + past);
        long[] row = new long[(int) length];
        for (int i = 0; i < row.length; i++) {
            row[i] = from + i;
        }
        return input.manager().create(row, new Shape(1, length)).broadcast(shape);
    }

    private static void requireFits(long length, long positions) {
        if (length > positions) {
            throw new IllegalArgumentException(
                    "The input is "
                            + length
                            + " tokens long, but this model has "
                            + positions
                            + " positions. Truncate the texts (maxLength).");
        }
    }
}
