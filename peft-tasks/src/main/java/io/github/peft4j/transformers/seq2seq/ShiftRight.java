package io.github.peft4j.transformers.seq2seq;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;

/** Moves a row one position to the right: what a decoder reads to say that row. */
public sealed interface ShiftRight {

    /** The label that does not count. */
    long IGNORE = -100;

    /** Rows [B, T] int64, moved; -100 becomes padding. In the manager of {@code ids}. */
    default NDArray of(NDArray ids) {
        long[] rows = ids.toLongArray();
        int length = (int) ids.getShape().get(1);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = rows[i] == IGNORE ? pad() : rows[i];
        }
        for (int start = 0; start < rows.length; start += length) {
            long first = first(rows, start, length);
            System.arraycopy(rows, start, rows, start + 1, length - 1);
            rows[start] = first;
        }
        return ids.getManager().create(rows, ids.getShape());
    }

    /** What takes the place of -100. */
    long pad();

    /** What stands first in the row that starts here. */
    long first(long[] rows, int start, int length);

    /** Puts one token first, always the same. */
    record FromStart(long token, long pad) implements ShiftRight {

        /**
         * As config.json says.
         *
         * @param missing {@code decoder_start_token_id} where the file has none; -1 for none
         * @param pad {@code pad_token_id} where the file has none
         */
        public static FromStart of(PretrainedConfig config, int missing, int pad) {
            return new FromStart(
                    config.integer("decoder_start_token_id", missing),
                    config.integer("pad_token_id", pad));
        }

        @Override
        public long first(long[] rows, int start, int length) {
            if (token < 0) {
                throw new IllegalArgumentException(
                        "decoder_start_token_id is absent in config.json, so labels cannot be"
                                + " shifted right. Set it (addConfigOverride), or give"
                                + " decoder_input_ids.");
            }
            return token;
        }
    }

    /**
     * Puts a row's last token first, padding left aside: MBART ends each text with its language and
     * starts each answer with it.
     */
    record FromLast(long pad) implements ShiftRight {

        @Override
        public long first(long[] rows, int start, int length) {
            int tokens = 0;
            for (int i = start; i < start + length; i++) {
                tokens += rows[i] != pad ? 1 : 0;
            }
            if (tokens == 0) {
                throw new IllegalArgumentException(
                        "Row "
                                + start / length
                                + " is nothing but padding, so it names no language to start with."
                                + " Leave it out.");
            }
            return rows[start + tokens - 1];
        }
    }
}
