package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LossWeightsTest {

    private static TokenBatch batch(int rows, HostArray labels) {
        HostArray ids = new HostArray.Int64(new long[rows * 2], new Shape(rows, 2));
        return new TokenBatch(
                ImmutableMap.of(ModelInput.INPUT_IDS, ids, ModelInput.LABELS, labels),
                ImmutableIntArray.copyOf(IntStream.range(0, rows).toArray()));
    }

    private static TokenBatch classes(long... labels) {
        return batch(labels.length, new HostArray.Int64(labels, new Shape(labels.length)));
    }

    private static TokenBatch tokens(long... labels) {
        int rows = labels.length / 2;
        return batch(rows, new HostArray.Int64(labels, new Shape(rows, 2)));
    }

    @Test
    void countsExamplesThatHaveALabel() {
        assertThat(new LossWeights(false).of(List.of(classes(0, 1, 2), classes(-100))))
                .containsExactly(1, 0);
        assertThat(new LossWeights(true).of(List.of(classes(0, 1, 2), classes(1))))
                .as("one label a row is not shifted")
                .containsExactly(0.75, 0.25);
    }

    @Test
    void countsTokensThatHaveALabel() {
        List<TokenBatch> batches = List.of(tokens(5, -100, 5, 5), tokens(5, -100));

        assertThat(new LossWeights(false).of(batches)).containsExactly(0.75, 0.25);
        assertThat(new LossWeights(true).of(batches)).containsExactly(1, 0);
    }

    @Test
    void countsRowsWhereLabelsAreNumbersOrAbsent() {
        TokenBatch scores = batch(3, new HostArray.Float32(new float[3], new Shape(3)));
        HostArray ids = new HostArray.Int64(new long[2], new Shape(1, 2));
        TokenBatch none =
                new TokenBatch(ImmutableMap.of(ModelInput.INPUT_IDS, ids), ImmutableIntArray.of(0));

        assertThat(new LossWeights(true).of(List.of(scores, none))).containsExactly(0.75, 0.25);
    }

    @Test
    void givesBatchesWithoutALabelNoWeight() {
        assertThat(new LossWeights(true).of(List.of(tokens(5, -100)))).containsExactly(0);
    }
}
