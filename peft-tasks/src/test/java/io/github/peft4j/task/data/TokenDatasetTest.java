package io.github.peft4j.task.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.text.Label;
import io.github.peft4j.task.data.text.LabeledText;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.GoldenTokenizers;
import io.github.peft4j.task.tokenize.PaddingStrategy;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TokenDatasetTest {

    private static TokenDataset dataset(String tokenizer, List<LabeledText> examples)
            throws IOException {
        try (Tokenizer loaded = GoldenTokenizers.load(tokenizer)) {
            return TokenDataset.of(loaded, examples, EncodeOptions.truncatedTo(8));
        }
    }

    private static TokenDataset labeled(Label... labels) throws IOException {
        return dataset(
                "bert",
                List.of(labels).stream().map(label -> new LabeledText("boat", label)).toList());
    }

    private static NDArray array(ModelInput input, String name) {
        return Objects.requireNonNull(input.get(name), name);
    }

    private static long[] column(TokenBatch batch, String name) {
        HostArray column = Objects.requireNonNull(batch.columns().get(name), name);
        return ((HostArray.Int64) column).values();
    }

    @Test
    void becomesTheInputOfAModel() throws IOException {
        TokenDataset dataset =
                dataset(
                        "bert",
                        List.of(
                                new LabeledText("the boat", "boat", Label.ofClass(1)),
                                new LabeledText("the the the the the the the", Label.ofClass(0)),
                                new LabeledText("boat", Label.ofClass(2))));

        TokenBatch batch = dataset.batch(2, 0);

        assertThat(batch.shape()).isEqualTo(new Shape(2, 6));
        assertThat(batch.indices()).isEqualTo(ImmutableIntArray.of(2, 0));
        assertThat(dataset.length(1)).isEqualTo(8);
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            ModelInput input = batch.toInput(manager);
            assertThat(input.arrays().keySet())
                    .containsExactly("input_ids", "attention_mask", "token_type_ids", "labels");
            assertThat(array(input, "input_ids").toLongArray())
                    .containsExactly(2, 174, 3, 0, 0, 0, 2, 91, 174, 3, 174, 3);
            assertThat(array(input, "attention_mask").toLongArray())
                    .containsExactly(1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1);
            assertThat(array(input, "token_type_ids").toLongArray())
                    .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1);
            assertThat(array(input, "labels").toLongArray()).containsExactly(2, 1);
            assertThat(array(input, "labels").getShape()).isEqualTo(new Shape(2));
        }
    }

    @Test
    void takesFurtherColumnsAndLeavesTheFirstDatasetAsItWas() throws IOException {
        TokenDataset dataset = labeled(Label.ofClass(0), Label.ofClass(1), Label.ofClass(0));

        TokenDataset wider =
                dataset.withColumn(
                        ModelInput.TASK_IDS,
                        new HostArray.Int64(new long[] {5, 6, 7}, new Shape(3)));

        assertThat(column(wider.batch(2, 0), "task_ids")).containsExactly(7, 5);
        assertThat(column(wider.batch(2, 1), "labels")).containsExactly(0, 1);
        assertThat(dataset.batch(0).columns()).doesNotContainKey("task_ids");
    }

    @Test
    void refusesAColumnThatItHasOrThatDoesNotFit() throws IOException {
        TokenDataset dataset = labeled(Label.ofClass(0), Label.ofClass(1));
        HostArray three = new HostArray.Int64(new long[3], new Shape(3));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> dataset.withColumn(ModelInput.LABELS, three))
                .withMessage("Column labels is given twice. Give it once.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dataset.withColumn(ModelInput.TASK_IDS, three))
                .withMessage("Column task_ids has 3 rows for 2 texts. Give one for each.");
    }

    @Test
    void padsOnTheTokenizersSideWithoutSegmentsItDoesNotAskFor() throws IOException {
        TokenDataset dataset =
                dataset(
                        "qwen2",
                        List.of(
                                new LabeledText("b", Label.ofClass(0)),
                                new LabeledText("b b", Label.ofClass(0))));

        TokenBatch batch = dataset.batch(0, 1);

        assertThat(batch.columns().keySet())
                .containsExactly("input_ids", "attention_mask", "labels");
        long[] ids = column(batch, "input_ids");
        long[] mask = column(batch, "attention_mask");
        assertThat(ids[0]).isEqualTo(317);
        assertThat(mask).containsExactly(0, 1, 1, 1);
    }

    @Test
    void makesFloatLabelsOfScoresAndOfSeveralClasses() throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            ModelInput scores =
                    labeled(Label.ofScore(0.5), Label.ofScore(-2)).batch(1, 0).toInput(manager);
            assertThat(array(scores, "labels").getDataType()).isEqualTo(DataType.FLOAT32);
            assertThat(array(scores, "labels").toFloatArray()).containsExactly(-2f, 0.5f);

            ModelInput flags =
                    labeled(Label.ofMulti(1, 0, 1), Label.ofMulti(0, 1, 0))
                            .batch(1, 0)
                            .toInput(manager);
            assertThat(array(flags, "labels").getShape()).isEqualTo(new Shape(2, 3));
            assertThat(array(flags, "labels").toFloatArray()).containsExactly(0, 1, 0, 1, 0, 1);
        }
    }

    @Test
    void needsNoLabelsForPrediction() throws IOException {
        try (Tokenizer bert = GoldenTokenizers.load("bert")) {
            TokenDataset dataset =
                    TokenDataset.unlabeled(
                            bert, List.of(TextInput.of("boat")), EncodeOptions.DEFAULT);

            assertThat(dataset.batch(0).columns()).doesNotContainKey("labels");
        }
    }

    @Test
    void refusesLabelsThatDoNotGoTogether() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> labeled(Label.ofClass(1), Label.ofScore(1)))
                .withMessageContaining("Example 1 has a Score, example 0 a ClassIndex");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> labeled(Label.ofMulti(1), Label.ofMulti(1, 0)))
                .withMessageContaining("Example 1 has 2 classes, example 0 has 1");
        assertThatIllegalArgumentException().isThrownBy(() -> labeled());
        assertThatIllegalArgumentException().isThrownBy(() -> Label.ofClass(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Label.ofScore(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> Label.ofMulti());
    }

    @Test
    void refusesPaddingWindowsAndTextsWithoutTokens() throws IOException {
        List<TextInput> texts = List.of(TextInput.of("a"), TextInput.of(""));
        EncodeOptions padded = EncodeOptions.builder().optPadding(PaddingStrategy.LONGEST).build();
        try (Tokenizer gpt2 = GoldenTokenizers.load("gpt2")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TokenDataset.unlabeled(gpt2, texts, padded))
                    .withMessageContaining("padding LONGEST");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TokenDataset.unlabeled(gpt2, texts, EncodeOptions.DEFAULT))
                    .withMessageContaining("Text 1 gives 0 tokens");
        }
    }

    @Test
    void refusesColumnsThatDoNotFit() {
        HostArray ids = new HostArray.Int64(new long[4], new Shape(2, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HostArray.Float32(new float[3], new Shape(2, 2)))
                .withMessageContaining("3 values do not fill shape (2, 2)");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new TokenBatch(
                                        ImmutableMap.of("input_ids", ids), ImmutableIntArray.of(0)))
                .withMessageContaining("does not have 1 rows");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new TokenBatch(
                                        ImmutableMap.of("labels", ids), ImmutableIntArray.of(0, 1)))
                .withMessageContaining("lack input_ids");
    }
}
