package io.github.peft4j.transformers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.precision.Precision;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaTest {

    private static final List<Integer> DEEPER = List.of(0, 1, 1);

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @TempDir private Path folder;

    @AfterEach
    void close() {
        manager.close();
    }

    private static TransformerModel base(String name) throws IOException {
        return Transformers.load(Golden.path("models/" + name), TaskType.CAUSAL_LM);
    }

    private static LoraConfig config(List<List<Integer>> ranges) {
        return LoraConfig.builder()
                .optR(2)
                .optTaskType(TaskType.CAUSAL_LM)
                .optTargetModules("all-linear")
                .optLayerReplication(ranges)
                .build();
    }

    private NDArray run(BaseModel model) {
        NDArray ids = manager.create(new long[][] {{5, 7, 9, 11, 13}});
        return ((TransformerModel) model).forward(ModelInput.of(ids, ids.onesLike())).logits();
    }

    /** The same layers once each are the same model. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-causal",
                "gpt2-causal",
                "qwen3-causal",
                "gemma2-causal",
                "opt-causal",
                "gptneox-causal",
                "phi3-causal",
                "mistral-causal",
                "qwen2-causal"
            })
    void theSameOrderIsTheSameModel(String name) throws IOException {
        try (TransformerModel base = base(name)) {
            NDArray expected = run(base);
            List<Integer> all =
                    base.sites().stream()
                            .map(LayerSite::path)
                            .filter(path -> path.matches("\\D+\\.\\d+"))
                            .map(path -> Integer.valueOf(path.replaceAll("\\D", "")))
                            .toList();

            Tensors.assertClose(run(base.withLayers(all)), expected, 1e-6, name);
            assertThat(Tensors.relativeError(run(base.withLayers(List.of(1, 0))), expected))
                    .isGreaterThan(1e-3);
        }
    }

    @Test
    void sharesEveryNumber() throws IOException {
        try (TransformerModel base = base("llama-causal");
                TransformerModel deeper = base.withLayers(DEEPER)) {
            assertThat(array(deeper, "model.layers.2.mlp.up_proj.weight"))
                    .isSameAs(array(base, "model.layers.1.mlp.up_proj.weight"));
            assertThat(deeper.parameters().values())
                    .allMatch(
                            p ->
                                    base.parameters().values().stream()
                                            .anyMatch(own -> own.getArray() == p.getArray()));
            deeper.close();
            assertThat(run(base)).isNotNull();
        }
    }

    private static NDArray array(TransformerModel model, String name) {
        return Tensors.get(model.parameters(), name).getArray();
    }

    /** A copy keeps the window of the layer that it came from. */
    @Test
    void aCopyKeepsTheWindowOfItsLayer() throws IOException {
        PretrainedConfig config =
                PretrainedConfig.read(Golden.path("models/gemma2-causal"))
                        .with("layer_types", List.of("sliding_attention", "full_attention"))
                        .withLayers(DEEPER);

        assertThat(config.strings("layer_types"))
                .containsExactly("sliding_attention", "full_attention", "full_attention");
        assertThat(config.layerInFile(2)).isEqualTo(1);
        assertThat(config.positive("num_hidden_layers")).isEqualTo(3);
    }

    @Test
    void eachCopyHasAnAdapterOfItsOwnAndTheBaseStays() throws IOException {
        try (TransformerModel base = base("llama-causal")) {
            NDArray plain = run(base);
            try (PeftModel model =
                    PeftModels.getPeftModel(base, config(List.of(List.of(0, 2), List.of(1, 2))))) {
                assertThat(model.base()).isNotSameAs(base);
                assertThat(model.adapter(PeftModel.DEFAULT_ADAPTER).layers())
                        .containsKeys(
                                "model.layers.1.self_attn.q_proj",
                                "model.layers.2.self_attn.q_proj");
                Tensors.assertClose(
                        model.forward(input()).logits(), run(model.base()), 1e-6, "start");
                train(model);
                NDArray active = model.forward(input()).logits();
                assertThat(Tensors.relativeError(active, run(model.base()))).isGreaterThan(1e-3);
                Tensors.assertClose(run(base), plain, 0, "base");

                try (MergedModel merged = model.mergeAndUnload()) {
                    merged.savePretrained(folder);
                }
                try (TransformerModel written = base(folder)) {
                    assertThat(written.config().positive("num_hidden_layers")).isEqualTo(3);
                    Tensors.assertClose(run(written), active, 1e-5, "merged checkpoint");
                }
            }
        }
    }

    private static TransformerModel base(Path directory) throws IOException {
        return Transformers.load(directory, TaskType.CAUSAL_LM);
    }

    private ModelInput input() {
        NDArray ids = manager.create(new long[][] {{5, 7, 9, 11, 13}});
        return ModelInput.of(ids, ids.onesLike());
    }

    private void train(PeftModel model) {
        for (Parameter p : model.adapter(PeftModel.DEFAULT_ADAPTER).trainable()) {
            Tensors.fill(p, manager.randomNormal(p.getShape()), 0.2);
        }
    }

    @Test
    void generatesWithKeysOfEachCopy() throws IOException {
        try (TransformerModel base = base("llama-causal");
                PeftModel model =
                        PeftModels.getPeftModel(
                                base, config(List.of(List.of(0, 2), List.of(0, 2))))) {
            train(model);
            PromptBatch prompts = PromptBatch.of(new long[][] {{5, 7, 9, 11, 13}});
            GenerationConfig cached = GenerationConfig.builder().optMaxNewTokens(8).build();
            GenerationConfig plain = cached.with(Map.of("use_cache", false));

            assertThat(Generator.of(model).generate(prompts, cached).sequences())
                    .isEqualTo(Generator.of(model).generate(prompts, plain).sequences());
        }
    }

    @Test
    void heldWeightsStayHeld() throws IOException {
        LoadOptions options = LoadOptions.builder().optPrecision(Precision.STORED).build();
        try (TransformerModel base =
                Transformers.load(
                        Golden.path("models/gpt2-causal-fp16"), TaskType.CAUSAL_LM, options)) {
            NDArray expected = run(base);

            TransformerModel same = base.withLayers(List.of(0, 1));

            assertThat(same.precision()).isEqualTo(Precision.STORED);
            Tensors.assertClose(run(same), expected, 1e-6, "held");
        }
    }

    @Test
    void adaptersOfOneModelShareItsLayers() throws IOException {
        List<List<Integer>> ranges = List.of(List.of(0, 2), List.of(1, 2));
        try (TransformerModel base = base("llama-causal");
                PeftModel model = PeftModels.getPeftModel(base, config(ranges));
                PeftModel plain = PeftModels.getPeftModel(base, config(List.of()))) {
            model.addAdapter("same", config(ranges));
            model.addAdapter("plain", config(List.of()));

            assertThatThrownBy(() -> plain.addAdapter("deeper", config(ranges)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("layer_replication is [[0, 2], [1, 2]]")
                    .hasMessageContaining("second PeftModel");
        }
    }

    @Test
    void refusesWhatHasNoSuchLayers() throws IOException {
        try (TransformerModel base = base("llama-causal")) {
            assertThatThrownBy(() -> PeftModels.getPeftModel(base, config(List.of(List.of(0, 3)))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("layer_replication names layer 2")
                    .hasMessageContaining("layers 0 to 1");
        }
        try (TransformerModel bart =
                Transformers.load(Golden.path("models/bart-seq2seq"), TaskType.SEQ_2_SEQ_LM)) {
            assertThatThrownBy(() -> bart.withLayers(DEEPER))
                    .isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("model.decoder.layers, model.encoder.layers");
        }
        try (ToyModel toy = ToyModel.ours()) {
            assertThatThrownBy(() -> toy.base().withLayers(DEEPER))
                    .isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("Transformers.load");
        }
    }

    @Test
    void refusesRangesThatAreNone() {
        for (List<List<Integer>> wrong :
                List.of(List.of(List.of(1)), List.of(List.of(2, 2)), List.of(List.of(-1, 2)))) {
            assertThatThrownBy(() -> config(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("layer_replication")
                    .hasMessageContaining("[[0, 4], [2, 5]]");
        }
    }
}
