package io.github.peft4j.transformers.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.GoldenCase;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Configs of both transformers, tied and untied outputs, and what is refused. */
class DecoderCheckpointTest {

    private static TransformerModel load(Path directory, AutoClass head) throws IOException {
        return Transformers.load(directory, head, LoadOptions.DEFAULT);
    }

    private static TransformerModel load(String name, String key, Object value) throws IOException {
        return Transformers.load(
                GoldenCase.directory("decoders/" + name),
                AutoClass.MODEL,
                LoadOptions.builder().addConfigOverride(key, value).build());
    }

    private static void copy(Path from, Path to, String... files) throws IOException {
        for (String file : files) {
            Files.copy(from.resolve(file), to.resolve(file));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gptneox", "llama", "mistral", "qwen2", "gemma2", "phi3"})
    void readsConfigsOfTransformers4(String family, @TempDir Path directory) throws IOException {
        copy(Golden.path("models/" + family + "-causal"), directory, "model.safetensors");
        copy(Golden.path("models/" + family + "-causal-v4"), directory, "config.json");

        try (GoldenCase expected =
                GoldenCase.open(directory, GoldenCase.directory(family + "-causal"), "forward")) {
            expected.outputsEqualPython();
        }
    }

    @Test
    void findsTheLayersOfALanguageModelBelowAQuestionAnswerer() throws IOException {
        Path directory = Golden.path("models/llama-causal");
        try (TransformerModel answerer = load(directory, AutoClass.QUESTION_ANSWERING);
                TransformerModel language = load(directory, AutoClass.CAUSAL_LM)) {
            language.parameters()
                    .forEach(
                            (name, p) -> {
                                if (name.startsWith("model.")) {
                                    NDArray same =
                                            Tensors.get(
                                                            answerer.parameters(),
                                                            "transformer" + name.substring(5))
                                                    .getArray();
                                    assertThat(Tensors.bytes(same))
                                            .as(name)
                                            .isEqualTo(Tensors.bytes(p.getArray()));
                                }
                            });
            assertThat(answerer.parameters()).containsKey("qa_outputs.weight");
        }
    }

    @Test
    void unTiesAnOutputThatTheFileHoldsApart() throws IOException {
        Path directory = GoldenCase.directory("decoders/gpt2-untied");
        LoadOptions tied =
                LoadOptions.builder().addConfigOverride("tie_word_embeddings", true).build();
        try (TransformerModel model = Transformers.load(directory, AutoClass.CAUSAL_LM, tied);
                NDManager manager = NDManager.newBaseManager("PyTorch");
                SafetensorsReader file =
                        SafetensorsReader.open(directory.resolve("model.safetensors"))) {
            assertThat(Tensors.bytes(Tensors.get(model.parameters(), "lm_head.weight").getArray()))
                    .isEqualTo(Tensors.bytes(file.load(manager, "lm_head.weight")));
        }
    }

    @Test
    void listsATiedWeightOnce() throws IOException {
        try (TransformerModel model =
                load(Golden.path("models/gpt2-causal"), AutoClass.CAUSAL_LM)) {
            assertThat(model.parameters())
                    .containsKey("transformer.wte.weight")
                    .doesNotContainKey("lm_head.weight");
            assertThat(model.info().outputEmbedding()).isEqualTo("lm_head");
            assertThat(model.info().inputEmbedding()).isEqualTo("transformer.wte");
        }
    }

    @Test
    void scoresStartFreshWhereTheFileHasNone() throws IOException {
        try (TransformerModel model =
                load(Golden.path("models/opt-causal"), AutoClass.SEQUENCE_CLASSIFICATION)) {
            NDArray score = Tensors.get(model.parameters(), "score.weight").getArray();

            assertThat(score.getShape()).isEqualTo(new Shape(2, 24));
            assertThat(score.abs().max().getFloat()).isPositive().isLessThan(0.2f);
        }
    }

    @Test
    void leavesTheCallersEmbeddingsOpen() throws IOException {
        try (TransformerModel model = load("mistral-qa", "hidden_size", 16);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray embeds = manager.randomNormal(new Shape(1, 3, 16));
            ModelInput input = ModelInput.of(Map.of(ModelInput.INPUTS_EMBEDS, embeds));

            float[] first = model.forward(input).lastHiddenState().toFloatArray();

            assertThat(model.forward(input).lastHiddenState().toFloatArray()).isEqualTo(first);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2-qa", "opt-qa", "gptneox-qa", "mistral-qa", "gemma2-tokcls"})
    void refusesIdsBeyondTheVocabulary(String name) throws IOException {
        try (TransformerModel model =
                        load(GoldenCase.directory("decoders/" + name), AutoClass.MODEL);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray ids = manager.create(new long[][] {{3, 40}});

            assertThatThrownBy(
                            () -> model.forward(ModelInput.of(Map.of(ModelInput.INPUT_IDS, ids))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("input_ids holds 40")
                    .hasMessageContaining("rows 0 to 39");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2-qa", "opt-qa"})
    void refusesTextsLongerThanThePositions(String name) throws IOException {
        try (TransformerModel model =
                        load(GoldenCase.directory("decoders/" + name), AutoClass.MODEL);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray ids = manager.ones(new Shape(1, 17), DataType.INT64);

            assertThatThrownBy(
                            () -> model.forward(ModelInput.of(Map.of(ModelInput.INPUT_IDS, ids))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "Position 16 is out of range: this model has 16 positions, numbered"
                                    + " from 0. Truncate the texts (maxLength), or correct"
                                    + " position_ids.");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gpt2-qa, n_head, 3, n_embd 16 does not split into n_head 3",
        "opt-qa, num_attention_heads, 3, hidden_size 16 does not split",
        "gptneox-qa, num_attention_heads, 3, hidden_size 16 does not split",
        "mistral-tokcls, num_attention_heads, 4, ''",
        "qwen3-qa, num_key_value_heads, 3, 4 heads do not split over 3 key and value heads",
        "phi3-tokcls, vocab_size, 0, 'vocab_size is 0, not positive'",
        "gemma2-tokcls, num_hidden_layers, 4, layer_types in config.json names 2 layers of 4",
    })
    void refusesSizesThatDoNotFit(String name, String key, int value, String text)
            throws IOException {
        if (text.isEmpty()) {
            load(name, key, value).close();
            return;
        }
        assertThatThrownBy(() -> load(name, key, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    @Test
    void refusesForms() {
        assertThatThrownBy(() -> load("gpt2-qa", "add_cross_attention", true))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageStartingWith("add_cross_attention is not available in this version");
        assertThatThrownBy(() -> load("opt-qa", "layerdrop", 0.1))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("Set it to 0 (addConfigOverride)");
        assertThatThrownBy(() -> load("opt-qa", "layer_norm_elementwise_affine", false))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("Take an OPT whose norms have weights");
        assertThatThrownBy(() -> load("gemma2-tokcls", "use_bidirectional_attention", true))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageStartingWith("use_bidirectional_attention is not available");
        assertThatThrownBy(() -> load("qwen2-qa", "layer_types", new String[] {"linear_attention"}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("layer_types in config.json names 1 layers of 2");
        assertThatThrownBy(
                        () ->
                                load(
                                        "qwen2-qa",
                                        "layer_types",
                                        new String[] {"linear_attention", "full_attention"}))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageStartingWith("Layers of type 'linear_attention' are not available");
        assertThatThrownBy(
                        () -> load("llama-qa", "rope_parameters", Map.of("rope_type", "dynamic")))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessage(
                        "rope_type 'dynamic' is not available in this version. Available: default,"
                                + " linear, llama3, yarn, longrope.");
        assertThatThrownBy(
                        () ->
                                load(
                                        "phi3-long",
                                        "rope_parameters",
                                        Map.of(
                                                "rope_type",
                                                "longrope",
                                                "short_factor",
                                                new int[3])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("short_factor in config.json has 3 numbers, but");
    }

    @Test
    void refusesAFileThatLacksALayer(@TempDir Path directory) throws IOException {
        copy(GoldenCase.directory("decoders/mistral-tokcls"), directory, "model.safetensors");
        String config =
                Files.readString(
                        GoldenCase.directory("decoders/mistral-tokcls").resolve("config.json"));
        Files.writeString(
                directory.resolve("config.json"),
                config.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"));

        assertThatThrownBy(() -> load(directory, AutoClass.MODEL))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lacks 9 tensors: layers.2.self_attn.q_proj.weight");
    }

    @Test
    void refusesAHeadThatTransformersLacks() {
        assertThatThrownBy(
                        () ->
                                load(
                                        GoldenCase.directory("decoders/phi3-tokcls"),
                                        AutoClass.QUESTION_ANSWERING))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("phi3 cannot be loaded as AutoModelForQuestionAnswering");
    }
}
