package io.github.peft4j.task.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.GoldenTokenizers;
import io.github.peft4j.task.tokenize.PaddingStrategy;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.tokenize.TruncationStrategy;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenDatasetBuilderTest {

    private Tokenizer bert;

    @BeforeEach
    void load() throws IOException {
        bert = GoldenTokenizers.load("bert");
    }

    @AfterEach
    void close() {
        bert.close();
    }

    /** Two rows, of 3 and 4 tokens. */
    private TokenDataset.Builder rows() {
        TokenDataset.Builder rows = TokenDataset.builder(bert, EncodeOptions.DEFAULT);
        rows.add(bert.encode("boat"));
        rows.add(bert.encode("the boat"));
        return rows;
    }

    private static RaggedInts labels(int... second) {
        return RaggedInts.builder().add(-100, 1, -100).add(second).build();
    }

    @Test
    void putsColumnsBesideTokens() {
        TokenDataset dataset =
                rows().optTokenLabels(labels(-100, 0, 2, -100), 3)
                        .optColumn(
                                "weights",
                                new HostArray.Float32(new float[] {0.5f, 2}, new Shape(2)))
                        .build();

        TokenBatch batch = dataset.batch(0, 1);

        assertThat(batch.columns().keySet())
                .containsExactly(
                        "input_ids", "attention_mask", "token_type_ids", "labels", "weights");
        assertThat(DataFiles.column(batch, "labels"))
                .containsExactly(-100, 1, -100, -100, -100, 0, 2, -100);
    }

    @Test
    void refusesLabelsOutOfRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rows().optTokenLabels(labels(-100, 0, 3, -100), 3))
                .withMessageContaining("Label 3 is out of range. Give 0 to 2, or -100");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rows().optTokenLabels(labels(-100, 0, -1, -100), 3))
                .withMessageContaining("Label -1 is out of range");
    }

    @Test
    void refusesColumnsThatDoNotFitTheRows() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rows().optTokenLabels(labels(1, 1), 3).build())
                .withMessageContaining("Column labels does not have a number for each token");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rows().optTargets(RaggedInts.builder().add(1).build()).build())
                .withMessageContaining("Column labels has 1 rows for 2 texts");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rows().optTargets(labels(1)).optTokenLabels(labels(1), 3))
                .withMessageContaining("Column labels is given twice");
    }

    @Test
    void refusesBatchesWithoutExamplesOrWithoutTokens() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rows().build().batch())
                .withMessageContaining("0 examples make no batch");
        HostArray ids = new HostArray.Int64(new long[4], new Shape(2, 2));
        HostArray mask = new HostArray.Int64(new long[] {0, 1, 0, 0}, new Shape(2, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new TokenBatch(
                                        ImmutableMap.of("input_ids", ids, "attention_mask", mask),
                                        ImmutableIntArray.of(3, 7)))
                .withMessageContaining("Row 1 (example 7) is padding only");
    }

    @Test
    void encodesAnyNumberOfTextsInOrder() {
        List<TextInput> texts =
                IntStream.range(0, 2500)
                        .mapToObj(i -> TextInput.of("the ".repeat(i % 7) + i))
                        .toList();
        int[] next = new int[1];

        bert.encodeEach(
                texts,
                EncodeOptions.DEFAULT,
                row -> {
                    assertThat(row.sample()).isEqualTo(next[0]);
                    TextInput.Single text = (TextInput.Single) texts.get(next[0]++);
                    assertThat(row.tokens()).isEqualTo(bert.encode(text.text()).tokens());
                });

        assertThat(next[0]).isEqualTo(2500);
    }

    @Test
    void namesTheTextThatDoesNotFitTheOptions() {
        EncodeOptions tight =
                EncodeOptions.truncatedTo(3).toBuilder()
                        .optTruncation(TruncationStrategy.ONLY_SECOND)
                        .build();
        List<TextInput> texts = List.of(TextInput.of("boat"), TextInput.of("the boat"));
        EncodeOptions padded = EncodeOptions.builder().optPadding(PaddingStrategy.LONGEST).build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> bert.encodeEach(texts, tight, row -> {}))
                .withMessageContaining("Text 1: Truncation ONLY_SECOND to maxLength 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bert.encodeEach(texts, padded, row -> {}))
                .withMessageContaining("padding LONGEST needs all rows at once");
    }
}
