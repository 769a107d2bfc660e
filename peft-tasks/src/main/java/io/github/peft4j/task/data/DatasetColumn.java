package io.github.peft4j.task.data;

import io.github.peft4j.task.tokenize.Side;

/** What a dataset puts into its batches under one name. */
sealed interface DatasetColumn {

    /** Number of examples. */
    int size();

    /** The column of a batch: a row for each of these examples, in this order. */
    HostArray batch(int... examples);

    /**
     * A number a token: int64 [B, S], filled up to the longest row.
     *
     * @param padding what rows are filled up with
     */
    record PerToken(RaggedInts rows, int padding, Side side) implements DatasetColumn {

        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public HostArray batch(int... examples) {
            return rows.padded(examples, padding, side);
        }
    }

    /** 1 for a token of these rows and 0 for padding: int64 [B, S]. */
    record Mask(RaggedInts rows, Side side) implements DatasetColumn {

        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public HostArray batch(int... examples) {
            return rows.mask(examples, side);
        }
    }

    /** A value, or a row of values of fixed length, an example. */
    record PerExample(HostArray values) implements DatasetColumn {

        @Override
        public int size() {
            return Math.toIntExact(values.shape().get(0));
        }

        @Override
        public HostArray batch(int... examples) {
            return values.rows(examples);
        }
    }
}
