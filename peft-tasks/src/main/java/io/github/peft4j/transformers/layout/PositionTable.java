package io.github.peft4j.transformers.layout;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;

/** Learned positions: rows of a table, with an error of their own for texts that are too long. */
public final class PositionTable {

    private PositionTable() {}

    /**
     * The rows of positions.
     *
     * @param positions in their layout, [B, S] or [T] int64
     * @param offset of position 0 in the table
     * @throws IllegalArgumentException if the table has no row for a position
     */
    public static NDArray rows(AdapterPass pass, Embedding table, NDArray positions, int offset) {
        long[] rows = positions.toLongArray();
        for (int i = 0; i < rows.length; i++) {
            long position = rows[i];
            rows[i] += offset;
            if (rows[i] < 0 || rows[i] >= table.rows()) {
                throw new IllegalArgumentException(
                        "Position "
                                + position
                                + " is out of range: this model has "
                                + (table.rows() - offset)
                                + " positions, numbered from 0. Truncate the texts (maxLength), or"
                                + " correct position_ids.");
            }
        }
        NDArray places =
                offset == 0 ? positions : positions.getManager().create(rows, positions.getShape());
        return table.forward(pass, places);
    }

    /**
     * Positions that count the tokens of {@code attention_mask} before them, with -1 for padding,
     * or {@code position_ids}, in their layout.
     */
    public static NDArray counted(ModelInput input, TokenLayout layout) {
        NDArray mask = input.attentionMask();
        if (mask == null || input.get(ModelInput.POSITION_IDS) != null) {
            return TokenInput.positions(input, layout);
        }
        Shape shape = layout.shape();
        int queries = (int) shape.get(1);
        int past = (int) mask.getShape().get(1) - queries;
        TokenMask tokens = new TokenMask(mask);
        long[] positions = new long[(int) shape.size()];
        for (int row = 0; row < shape.get(0); row++) {
            long seen = 0;
            for (int i = 0; i < past + queries; i++) {
                boolean token = tokens.isToken(row * (past + queries) + i);
                seen += token ? 1 : 0;
                if (i >= past) {
                    positions[row * queries + i - past] = token ? seen - 1 : -1;
                }
            }
        }
        return layout.pack(mask.getManager().create(positions, shape));
    }
}
