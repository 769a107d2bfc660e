package io.github.peft4j.transformers.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.seq2seq.Seq2SeqFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

class RelativeBucketsTest {

    private static final int FARTHEST = 140;

    @Test
    void areThoseOfPython() throws IOException {
        List<String> lines = Files.readAllLines(Seq2SeqFiles.own("buckets.csv"));

        assertThat(lines).hasSize(5);
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split(",", -1);
            RelativeBuckets buckets =
                    new RelativeBuckets(
                            Integer.parseInt(fields[1]),
                            Integer.parseInt(fields[2]),
                            fields[0].equals("True"));
            String[] expected = fields[3].split(" ", -1);
            assertThat(expected).hasSize(2 * FARTHEST + 1);
            for (int i = 0; i < expected.length; i++) {
                assertThat(buckets.bucket(i - FARTHEST))
                        .as("%s, distance %d", buckets, i - FARTHEST)
                        .isEqualTo(Integer.parseInt(expected[i]));
            }
        }
    }

    /** Of one query after four earlier positions only the last row of the whole table counts. */
    @Test
    void countQueriesAsTheLastOfTheKeys() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Embedding table = new Embedding(8, 2);
            table.initialize(manager, DataType.FLOAT32, new Shape(1));
            Tensors.fill(table.weight(), manager.arange(16f).reshape(8, 2), 1);
            RelativeBuckets buckets = new RelativeBuckets(8, 12, false);
            AdapterPass pass = AdapterPass.over(new ParameterStore(manager, false), manager, false);

            NDArray whole = buckets.bias(pass, table, 5, 5);
            NDArray last = buckets.bias(pass, table, 1, 5);

            assertThat(whole.getShape()).isEqualTo(new Shape(1, 2, 5, 5));
            assertThat(last).isEqualTo(whole.get(":, :, 4:"));
            // Distances -4 to 0 are buckets 4, 3, 2, 1, 0; head 1 reads the odd numbers.
            assertThat(last.get("0, 1, 0").toFloatArray()).containsExactly(9, 7, 5, 3, 1);
        }
    }

    @Test
    void refuseDistancesThatLeaveNoLogarithm() {
        assertThatThrownBy(() -> new RelativeBuckets(32, 8, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the distance must be above 8");
        assertThatThrownBy(() -> new RelativeBuckets(1, 8, false))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
