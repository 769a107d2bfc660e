package io.github.peft4j.task.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.prefixtuning.PrefixTuningConfig;
import io.github.peft4j.tuner.prompttuning.PromptTuningConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptStartsTest {

    private static final Path BERT = Golden.path("models/bert-seqcls");
    private static final String TEXT = "is this text good or bad";
    private static final int FEATURES = 32;

    private TransformerModel base;

    @BeforeEach
    void load() throws IOException {
        base = Transformers.load(BERT, TaskType.SEQ_CLS);
    }

    @AfterEach
    void close() {
        base.close();
    }

    private static PromptTuningConfig.Builder config(int tokens) {
        return PromptTuningConfig.builder()
                .optTaskType(TaskType.SEQ_CLS)
                .setNumVirtualTokens(tokens);
    }

    private static PromptTuningConfig.Builder text(int tokens, String tokenizer) {
        return config(tokens)
                .optPromptTuningInit("TEXT")
                .optPromptTuningInitText(TEXT)
                .optTokenizerNameOrPath(tokenizer);
    }

    private float[][] start(PromptTuningConfig config) {
        try (PeftModel model = PeftModels.getPeftModel(base, config)) {
            return rows(Tensors.get(model.trainableTensors(), "prompt_embeddings"));
        }
    }

    private static float[][] rows(Parameter table) {
        float[] flat = table.getArray().toFloatArray();
        float[][] rows = new float[flat.length / FEATURES][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(flat, i * FEATURES, (i + 1) * FEATURES);
        }
        return rows;
    }

    private float[][] words() {
        return rows(Tensors.get(base.parameters(), "bert.embeddings.word_embeddings.weight"));
    }

    @Test
    void copiesTheEmbeddingsOfATextAndRepeatsThem() throws IOException {
        long[] ids;
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(BERT)) {
            ids = tokenizer.encode(TEXT).ids();
        }
        float[][] words = words();

        float[][] start = start(text(ids.length + 2, BERT.toString()).build());

        assertThat(start.length).isEqualTo(ids.length + 2);
        for (int i = 0; i < start.length; i++) {
            assertThat(start[i]).isEqualTo(words[(int) ids[i % ids.length]]);
        }
        assertThat(start(text(2, BERT.toString()).build())).isDeepEqualTo(Arrays.copyOf(start, 2));
    }

    @Test
    void knowsTheTokenizerOfTheBaseByItsName() {
        assertThat(start(text(4, "somebody/bert-seqcls").build()))
                .isDeepEqualTo(start(text(4, BERT.toString()).build()));
        assertThat(
                        start(
                                text(4, BERT.getParent().toString())
                                        .optTokenizerKwargs(Map.of("subfolder", "bert-seqcls"))
                                        .build()))
                .isDeepEqualTo(start(text(4, BERT.toString()).build()));
    }

    @Test
    void refusesTokenizersThatItCannotFindOrFollow() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> start(text(4, "somebody/other").build()))
                .withMessageContaining("tokenizer_name_or_path 'somebody/other' is no directory");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                start(
                                        text(4, BERT.toString())
                                                .optTokenizerKwargs(Map.of("add_bos_token", true))
                                                .build()))
                .withMessageContaining("tokenizer_kwargs hold [add_bos_token]");
    }

    @Test
    void readsNoTextWhenItLoads(@TempDir Path directory) throws IOException {
        PromptTuningConfig gone = text(4, BERT.toString()).build();
        try (PeftModel model = PeftModels.getPeftModel(base, gone)) {
            model.savePretrained(directory);
        }
        Path file = directory.resolve("adapter_config.json");
        String json = Files.readString(file);
        Files.writeString(file, json.replace(BERT.toString(), "gone/tokenizer"));

        try (PeftModel again = PeftModels.fromPretrained(base, directory)) {
            assertThat(again.peftConfig()).hasSize(1);
        }
    }

    @Test
    void samplesRowsOfTheVocabulary() {
        Set<String> words = new HashSet<>();
        for (float[] row : words()) {
            words.add(Arrays.toString(row));
        }

        float[][] start = start(config(20).optPromptTuningInit("SAMPLE_VOCAB").build());

        Set<String> different = new HashSet<>();
        for (float[] row : start) {
            different.add(Arrays.toString(row));
        }
        assertThat(words).containsAll(different);
        assertThat(different).hasSizeGreaterThan(10);
    }

    @Test
    void drawsTheRestFromAStandardNormal() {
        double squares = 0;
        float[][] start = start(config(100).build());
        for (float[] row : start) {
            for (float value : row) {
                squares += (double) value * value;
            }
        }

        assertThat(squares / (100 * FEATURES)).isBetween(0.9, 1.1);
    }

    @Test
    void warnsOfWhatActsOtherwiseThanItSays() {
        try (PeftModel other =
                        PeftModels.getPeftModel(
                                base, config(2).optPromptTuningInit("OTHER").build());
                PeftModel none = PeftModels.getPeftModel(base, config(0).build());
                PeftModel prefix =
                        PeftModels.getPeftModel(
                                base,
                                PrefixTuningConfig.builder()
                                        .optTaskType(TaskType.SEQ_CLS)
                                        .setNumVirtualTokens(2)
                                        .optInitWeights("ones")
                                        .build())) {
            assertThat(warnings(other)).contains("prompt_tuning_init 'OTHER'", "acts as RANDOM");
            assertThat(warnings(none)).contains("num_virtual_tokens is 0");
            assertThat(warnings(prefix)).contains("init_weights 'ones'", "starts random");
        }
    }

    private static String warnings(PeftModel model) {
        return model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings().toString();
    }

    @Test
    void refusesTokensOfAnotherWidth() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> start(config(2).optTokenDim(16).build()))
                .withMessageContaining("token_dim is 16")
                .withMessageContaining("32 features");
    }
}
