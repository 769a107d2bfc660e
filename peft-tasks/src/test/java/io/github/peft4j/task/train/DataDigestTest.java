package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DataDigestTest {

    /** Rows of ids with the label last. */
    private static final class Rows implements BatchSource {

        private final long[][] rows;

        Rows(long[]... rows) {
            this.rows = rows;
        }

        @Override
        public int size() {
            return rows.length;
        }

        @Override
        public int length(int index) {
            return rows[index].length - 1;
        }

        @Override
        public TokenBatch batch(int... indices) {
            long[] row = rows[indices[0]];
            int width = row.length - 1;
            long[] ids = Arrays.copyOf(row, width);
            return new TokenBatch(
                    ImmutableMap.of(
                            ModelInput.INPUT_IDS, new HostArray.Int64(ids, new Shape(1, width)),
                            ModelInput.LABELS,
                                    new HostArray.Int64(new long[] {row[width]}, new Shape(1))),
                    ImmutableIntArray.copyOf(indices));
        }
    }

    private static final long[] ONE = {5, 6, 0};
    private static final long[] TWO = {7, 8, 9, 1};

    @Test
    void isThatOfTheExamplesInWhateverOrder() {
        String digest = DataDigest.of(new Rows(ONE, TWO));

        assertThat(digest).matches("sha256:[0-9a-f]{64}");
        assertThat(DataDigest.of(new Rows(TWO, ONE))).isEqualTo(digest);
        assertThat(DataDigest.of(new Rows(ONE, TWO, TWO))).isNotEqualTo(digest);
        assertThat(DataDigest.of(new Rows(ONE, new long[] {7, 8, 10, 1}))).isNotEqualTo(digest);
        assertThat(DataDigest.of(new Rows(ONE, new long[] {7, 8, 9, 0}))).isNotEqualTo(digest);
        assertThat(DataDigest.of(new Rows(ONE, new long[] {7, 8, 9}))).isNotEqualTo(digest);
    }
}
