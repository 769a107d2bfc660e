package io.github.peft4j.transformers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.Folders;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.AutoClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sizes of heads and token tables: those of the file, or those that the caller asks for. */
class HeadSizeTest {

    private static final LoadOptions FIVE =
            LoadOptions.builder().optLabels("a", "b", "c", "d", "e").build();

    @TempDir private Path folder;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    private NDArray logits(TransformerModel model, long... ids) {
        NDArray row = manager.create(ids).expandDims(0);
        ModelInput input = ModelInput.of(row, row.onesLike());
        NDArray logits =
                model.info().className().contains("ConditionalGeneration")
                        ? model.forward(
                                        input.with(
                                                ModelInput.DECODER_INPUT_IDS,
                                                manager.create(new long[][] {{0, 5}})))
                                .logits()
                        : model.forward(input).logits();
        return logits.getShape().dimension() == 3 ? logits.get(0).get("-1:").squeeze(0) : logits;
    }

    private static void assertStarts(NDArray logits, double... numbers) {
        float[] found = logits.toFloatArray();
        for (int i = 0; i < numbers.length; i++) {
            assertThat((double) found[i])
                    .as("number " + i)
                    .isCloseTo(numbers[i], Offset.offset(2e-5));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bert-seqcls, SEQ_CLS, bert.encoder.layer.0.output.dense.weight",
        "bert-seqcls-multilabel, SEQ_CLS, bert.encoder.layer.0.output.dense.weight",
        "bert-seqcls-regression, SEQ_CLS, bert.encoder.layer.0.output.dense.weight",
        "roberta-seqcls, SEQ_CLS, classifier.dense.weight",
        "bart-seqcls, SEQ_CLS, classification_head.dense.weight",
        "gpt2-seqcls, SEQ_CLS, transformer.wte.weight",
        "llama-seqcls, SEQ_CLS, model.embed_tokens.weight",
        "deberta-v2-tokcls, TOKEN_CLS, deberta.embeddings.word_embeddings.weight",
        "gpt2-tokcls, TOKEN_CLS, transformer.wte.weight"
    })
    void startsAFreshHeadOfTheLabelsAskedFor(String name, TaskType task, String kept)
            throws IOException {
        Path directory = Golden.path("models/" + name);

        try (TransformerModel model = Transformers.load(directory, task, FIVE);
                Checkpoint file = Checkpoint.open(directory)) {
            assertThat(logits(model, 5, 7, 9, 2).getShape().getLastDimension()).isEqualTo(5);
            assertThat(model.labels()).containsExactly("a", "b", "c", "d", "e");
            assertThat(model.parameters().get(kept).getArray()).isEqualTo(file.load(manager, kept));
        }
    }

    @Test
    void keepsTheHeadWhoseLabelsAreRenamed() throws IOException {
        Path directory = Golden.path("models/bert-seqcls");
        LoadOptions renamed = LoadOptions.builder().optLabels("x", "y", "z").build();

        try (TransformerModel model = Transformers.load(directory, TaskType.SEQ_CLS, renamed);
                TransformerModel plain = Transformers.load(directory, TaskType.SEQ_CLS)) {
            assertThat(logits(model, 5, 7)).isEqualTo(logits(plain, 5, 7));
            assertThat(model.labels()).containsExactly("x", "y", "z");
        }
    }

    @Test
    void takesTheNumberOfLabelsAsAnOverrideToo() throws IOException {
        Path directory = Golden.path("models/bert-seqcls");
        LoadOptions four = LoadOptions.builder().addConfigOverride("num_labels", 4).build();

        try (TransformerModel model = Transformers.load(directory, TaskType.SEQ_CLS, four)) {
            assertThat(model.labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3");
        }
    }

    @Test
    void believesTheNumberOfLabelsMoreThanTheirNames() throws IOException {
        Folders.copy(Golden.path("models/bert-seqcls"), folder);
        Folders.copy(Folders.resource("reports/labels-against-num-labels"), folder);

        try (TransformerModel model = Transformers.load(folder, TaskType.SEQ_CLS)) {
            assertStarts(logits(model, 2, 5, 7, 3), 0.826598, 0.567391, 0.073042);
            assertThat(model.labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bert-tokcls, TOKEN_CLS, 5, -0.039289265871047974",
        "roberta-seqcls, SEQ_CLS, 3, -0.7841494083404541",
        "llama-seqcls, SEQ_CLS, 3, 1.2318071126937866",
        "bart-seqcls, SEQ_CLS, 3, 1.8075445890426636",
        "bert-seqcls-regression, SEQ_CLS, 1, -0.7649216651916504"
    })
    void believesTheNumberInAllFamilies(String name, TaskType task, int labels, double last)
            throws IOException {
        LoadOptions names =
                LoadOptions.builder()
                        .addConfigOverride("id2label", Map.of("0", "x"))
                        .addConfigOverride("num_labels", labels)
                        .build();

        try (TransformerModel model =
                Transformers.load(Golden.path("models/" + name), task, names)) {
            NDArray ids = manager.create(new long[][] {{5, 7, 9, 2}});
            float[] all = model.forward(ModelInput.of(ids, ids.onesLike())).logits().toFloatArray();
            int at = task == TaskType.TOKEN_CLS ? 3 : labels - 1;
            assertThat((double) all[at]).isCloseTo(last, Offset.offset(2e-5));
        }
    }

    @Test
    void namesBothNumbersWhereTheConfigAsksForOtherLabels() throws IOException {
        Folders.copy(Golden.path("models/bert-seqcls"), folder);
        Path config = folder.resolve(PretrainedConfig.FILE);
        Files.writeString(
                config,
                Files.readString(config)
                        .replaceFirst("\"model_type\"", "\"num_labels\": 2, \"model_type\""));

        assertThatThrownBy(() -> Transformers.load(folder, TaskType.SEQ_CLS))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has 3 labels (classifier.weight is (3, 32))")
                .hasMessageContaining("ask for 2")
                .hasMessageContaining("LoadOptions.optLabels");
    }

    @Test
    void givesTheBaseMoreTokens() throws IOException {
        LoadOptions more = LoadOptions.builder().optVocabSize(356).build();
        TransformerModel base =
                Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM, more);

        try (PeftModel model =
                PeftModels.fromPretrained(base, Folders.resource("reports/adapter-more-tokens"))) {
            NDArray ids = manager.create(new long[][] {{5, 7, 353, 355}});
            NDArray logits = model.forward(ModelInput.of(ids, ids.onesLike())).logits();
            assertStarts(
                    logits.get(0).get("-1:").squeeze(0),
                    1.025092,
                    0.390437,
                    -0.600407,
                    0.847816,
                    -0.00286,
                    -0.599437);
        }
    }

    @Test
    void saysHowManyTokensTheAdapterNeeds() throws IOException {
        TransformerModel base =
                Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM);
        Path adapter = Folders.resource("reports/adapter-more-tokens");

        assertThatThrownBy(() -> PeftModels.fromPretrained(base, adapter))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a base of 356 tokens, this one has 352")
                .hasMessageContaining("optVocabSize(356)")
                .hasMessageNotContaining("rank_pattern");
    }

    /** The numbers are those of resize_token_embeddings. */
    @ParameterizedTest
    @CsvSource({
        "gpt2-causal, CAUSAL_LM, 320, 0.14597803354263306, -2.758549451828003, -0.21135",
        "llama-causal, CAUSAL_LM, 352, 0.13950912654399872, -2.061845064163208, -0.17617",
        "qwen3-causal, CAUSAL_LM, 324, 2.9493889808654785, 1.0934317111968994, -0.07087",
        "bert-mlm-legacy, MASKED_LM, 180, 1.8931832313537598, -2.422236680984497, 0.09654",
        "roberta-mlm, MASKED_LM, 320, 0.6746041178703308, -4.6091814041137695, 0.06177",
        "t5-seq2seq, SEQ_2_SEQ_LM, 176, -1.410796880722046, -0.8570760488510132, -0.14391",
        "bart-seq2seq, SEQ_2_SEQ_LM, 320, 2.970414638519287, 2.5840184688568115, -0.06682"
    })
    void resizesTheTablesOfAllFamilies(
            String name, AutoClass head, int tokens, double first, double second, double added)
            throws IOException {
        Path directory = Golden.path("models/" + name);
        LoadOptions more = LoadOptions.builder().optVocabSize(tokens + 4).build();
        LoadOptions fewer = LoadOptions.builder().optVocabSize(tokens - 5).build();

        try (TransformerModel model = Transformers.load(directory, head, more);
                TransformerModel less = Transformers.load(directory, head, fewer)) {
            NDArray logits = logits(model, 5, 7, 9, 2);
            assertThat(logits.getShape().get(0)).isEqualTo(tokens + 4);
            assertStarts(logits, first, second);
            assertThat((double) logits.getFloat(tokens + 3)).isCloseTo(added, Offset.offset(2e-3));
            NDArray cut = logits(less, 5, 7, 9, 2);
            assertThat(cut.getShape().get(0)).isEqualTo(tokens - 5);
            assertStarts(cut, first, second);
        }
    }

    @Test
    void refusesAVocabularyWithoutTokens() {
        assertThatThrownBy(() -> LoadOptions.builder().optVocabSize(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 tokens");
    }
}
