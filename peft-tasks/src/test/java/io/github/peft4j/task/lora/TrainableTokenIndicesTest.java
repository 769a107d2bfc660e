package io.github.peft4j.task.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.adalora.AdaLoraConfig;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys, counts and refusals as Python PEFT has them on the same models. */
class TrainableTokenIndicesTest {

    private static final String ROWS = ".token_adapter.trainable_tokens_delta";
    private static final String WORDS = "base_model.model.model.embed_tokens" + ROWS;
    private static final String HEAD = "base_model.model.lm_head" + ROWS;

    @TempDir private Path folder;

    private static TransformerModel base(String name) throws IOException {
        return Transformers.load(Golden.path("models/" + name), TaskType.CAUSAL_LM);
    }

    private static LoraConfig.Builder config() {
        return LoraConfig.builder()
                .optR(4)
                .optTaskType(TaskType.CAUSAL_LM)
                .optTargetModules("q_proj");
    }

    private static void hasRows(
            String name, LoraConfig.Builder config, long trainable, String... keys)
            throws IOException {
        try (TransformerModel base = base(name);
                PeftModel model = PeftModels.getPeftModel(base, config.build())) {
            assertThat(
                            model.adapter(PeftModel.DEFAULT_ADAPTER).file().keySet().stream()
                                    .filter(key -> key.endsWith(ROWS)))
                    .containsExactlyInAnyOrder(keys);
            assertThat(model.trainableParameters().trainable()).isEqualTo(trainable);
        }
    }

    @Test
    void savesTheRowsOfTiedLayersOnce() throws IOException {
        hasRows("qwen3-causal", config().optTrainableTokenIndices(6), 672, WORDS);
        hasRows(
                "qwen3-causal",
                config().optTrainableTokenIndices(
                                Map.of("embed_tokens", List.of(6), "lm_head", List.of(6))),
                672,
                WORDS);
    }

    @Test
    void trainsRowsOfTheirOwnWhereTiedLayersNameDifferentOnes() throws IOException {
        hasRows(
                "qwen3-causal",
                config().optTrainableTokenIndices(
                                Map.of("embed_tokens", List.of(6), "lm_head", List.of(8))),
                704,
                WORDS,
                HEAD);
        hasRows(
                "qwen3-causal",
                config().optTrainableTokenIndices(Map.of("lm_head", List.of(8))),
                672,
                HEAD);
    }

    @Test
    void needsNoDotBeforeTheEndOfAName() throws IOException {
        hasRows(
                "qwen3-causal",
                config().optTrainableTokenIndices(Map.of("tokens", List.of(8))),
                672,
                WORDS);
    }

    @Test
    void goesWithAdaLoraToo() throws IOException {
        PeftConfig config =
                AdaLoraConfig.builder()
                        .setTotalStep(2000)
                        .optTargetModules("q_proj")
                        .optTrainableTokenIndices(6)
                        .build();

        try (TransformerModel base = base("llama-causal");
                PeftModel model = PeftModels.getPeftModel(base, config)) {
            assertThat(model.adapter(PeftModel.DEFAULT_ADAPTER).tensors()).containsKey(WORDS);
        }
    }

    @Test
    void leavesTheTableOutOfTheFile() throws IOException {
        LoraConfig.Builder config = config().optTrainableTokenIndices(6, 8);
        try (TransformerModel base = base("llama-causal");
                PeftModel model = PeftModels.getPeftModel(base, config.build())) {
            model.savePretrained(folder);
        }

        try (SafetensorsReader reader =
                SafetensorsReader.open(folder.resolve("adapter_model.safetensors"))) {
            assertThat(reader.names())
                    .contains(WORDS)
                    .allMatch(name -> name.contains(".lora_") || name.equals(WORDS));
        }
        PeftConfig read = PeftConfig.fromPretrained(folder);
        assertThat(read.toMap()).containsEntry("trainable_token_indices", List.of(6L, 8L));
    }

    @Test
    void refusesWhatHasNoSuchRows() throws IOException {
        refuses(
                "llama-causal",
                config().optTrainableTokenIndices(5000),
                "trainable_token_indices has 5000",
                "rows 0 to 351");
        refuses(
                "llama-causal",
                config().optTrainableTokenIndices(Map.of("no_such", List.of(1))),
                "names no_such",
                "model.embed_tokens");
        refuses(
                "llama-causal",
                config().optTrainableTokenIndices(Map.of("model.norm", List.of(1))),
                "model.norm (NORM)",
                "no rows of tokens");
        assertThatThrownBy(() -> config().optTrainableTokenIndices(-1).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("trainable_token_indices has -1");
    }

    @Test
    void refusesALayerThatIsTrainedOtherwise() throws IOException {
        refuses(
                "llama-causal",
                config().optTargetModules("embed_tokens").optTrainableTokenIndices(1),
                "target_modules adapts too",
                "optExcludeModules(\"model.embed_tokens\")");
        refuses(
                "llama-causal",
                config().optModulesToSave("model.embed_tokens").optTrainableTokenIndices(1),
                "both name model.embed_tokens",
                "trained whole");
    }

    @Test
    void refusesDifferentRowsOfLayersThatMustStayTied() throws IOException {
        refuses(
                "qwen3-causal",
                config().optEnsureWeightTying(true)
                        .optTrainableTokenIndices(
                                Map.of("embed_tokens", List.of(6), "lm_head", List.of(8))),
                "lm_head the ids [8]",
                "model.embed_tokens the ids [6]",
                "ensure_weight_tying is true");
    }

    private static void refuses(String name, LoraConfig.Builder config, String... texts)
            throws IOException {
        try (TransformerModel base = base(name)) {
            assertThatThrownBy(() -> PeftModels.getPeftModel(base, config.build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .satisfies(e -> assertThat(e.getMessage()).contains(texts));
        }
    }
}
