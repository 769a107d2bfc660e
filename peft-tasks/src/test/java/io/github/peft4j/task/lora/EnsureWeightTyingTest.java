package io.github.peft4j.task.lora;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and configs as Python PEFT has them on the same models. */
class EnsureWeightTyingTest {

    private static final String WORDS = "base_model.model.model.embed_tokens";
    private static final String HEAD = "base_model.model.lm_head";

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @TempDir private Path folder;

    @AfterEach
    void close() {
        manager.close();
    }

    private static TransformerModel base(String name) throws IOException {
        return Transformers.load(Golden.path("models/" + name), TaskType.CAUSAL_LM);
    }

    private static LoraConfig.Builder config(String... targets) {
        return LoraConfig.builder()
                .optR(4)
                .optTaskType(TaskType.CAUSAL_LM)
                .optTargetModules(targets)
                .optEnsureWeightTying(true);
    }

    private NDArray run(PeftModel model) {
        NDArray ids = manager.create(new long[][] {{5, 7, 9, 11}});
        return model.forward(ModelInput.of(ids, ids.onesLike())).logits();
    }

    private void train(PeftModel model) {
        for (Parameter p : model.adapter(PeftModel.DEFAULT_ADAPTER).trainable()) {
            Tensors.fill(p, manager.randomNormal(p.getShape()), 0.3);
        }
    }

    private static LoraConfig saved(PeftModel model) {
        return (LoraConfig) requireNonNull(model.peftConfig().get(PeftModel.DEFAULT_ADAPTER));
    }

    @Test
    void movesTargetsToTheEmbedding() throws IOException {
        for (LoraConfig.Builder config :
                List.of(config("q_proj", "lm_head"), config("q_proj", "embed_tokens"))) {
            try (TransformerModel base = base("qwen3-causal");
                    PeftModel model = PeftModels.getPeftModel(base, config.build())) {
                assertThat(model.adapter(PeftModel.DEFAULT_ADAPTER).file().keySet())
                        .contains(
                                WORDS + ".lora_embedding_A",
                                WORDS + ".lora_embedding_B",
                                HEAD + ".lora_A.weight",
                                HEAD + ".lora_B.weight");
                assertThat(saved(model).targetModules().orElseThrow().values())
                        .contains("model.embed_tokens", "q_proj")
                        .doesNotContain("lm_head");
                assertThat(model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings()).isEmpty();
            }
        }
    }

    @Test
    void movesARegularExpressionToo() throws IOException {
        LoraConfig.Builder config =
                LoraConfig.builder()
                        .optTargets(
                                config().build()
                                        .targets()
                                        .withTargetModules(
                                                io.github.peft4j.json.OneOrMany.one(
                                                        ".*(q_proj|lm_head)")))
                        .optEnsureWeightTying(true);

        try (TransformerModel base = base("qwen3-causal");
                PeftModel model = PeftModels.getPeftModel(base, config.build())) {
            assertThat(saved(model).targetModules().orElseThrow().value())
                    .isEqualTo("(?:.*(q_proj|lm_head)|^model\\.embed_tokens$)");
            assertThat(model.adapter(PeftModel.DEFAULT_ADAPTER).file())
                    .containsKeys(WORDS + ".lora_embedding_A", HEAD + ".lora_A.weight");
        }
    }

    @Test
    void oneAdapterChangesBothLayersAlike() throws IOException {
        try (TransformerModel base = base("qwen3-causal");
                PeftModel model = PeftModels.getPeftModel(base, config("lm_head").build())) {
            train(model);
            NDArray active = run(model);

            try (MergedModel merged = model.mergeAndUnload()) {
                Map<String, Parameter> weights = merged.parameters();
                NDArray words = Tensors.get(weights, "model.embed_tokens.weight").getArray();
                merged.savePretrained(folder);
                assertThat(
                                words.contentEquals(
                                        Tensors.get(base.parameters(), "model.embed_tokens.weight")
                                                .getArray()))
                        .isFalse();
            }
            try (TransformerModel again = Transformers.load(folder, TaskType.CAUSAL_LM);
                    PeftModel plain = PeftModels.getPeftModel(again, config("q_proj").build())) {
                Tensors.assertClose(run(plain), active, 1e-5, "merged checkpoint");
            }
        }
    }

    @Test
    void writesThePairTwiceAndReadsItOnce() throws Exception {
        NDArray before;
        try (TransformerModel base = base("qwen3-causal");
                PeftModel model = PeftModels.getPeftModel(base, config("lm_head").build())) {
            train(model);
            before = run(model);
            model.savePretrained(folder);

            try (SafetensorsReader reader =
                    SafetensorsReader.open(folder.resolve("adapter_model.safetensors"))) {
                NDArray a = reader.load(manager, WORDS + ".lora_embedding_A");
                NDArray up = reader.load(manager, HEAD + ".lora_B.weight");
                assertThat(up.getShape()).isEqualTo(new Shape(324, 4));
                assertThat(up.transpose().contentEquals(a)).isTrue();
            }
            try (PeftModel again = PeftModels.fromPretrained(base, folder)) {
                Tensors.assertClose(run(again), before, 1e-6, "loaded");
                assertThat(again.loadReport(PeftModel.DEFAULT_ADAPTER).warnings()).isEmpty();
            }
        }
    }

    @Test
    void modulesThatAreSavedWholeShareOneCopy() throws IOException {
        for (String name : new String[] {"embed_tokens", "lm_head"}) {
            LoraConfig.Builder config = config("q_proj").optModulesToSave(name);
            try (TransformerModel base = base("qwen3-causal");
                    PeftModel model = PeftModels.getPeftModel(base, config.build())) {
                assertThat(model.trainableParameters().trainable()).isEqualTo(11008);
                assertThat(saved(model).modulesToSave()).contains("model.embed_tokens");
                train(model);
                NDArray active = run(model);
                model.savePretrained(folder);
                try (SafetensorsReader reader =
                        SafetensorsReader.open(folder.resolve("adapter_model.safetensors"))) {
                    assertThat(reader.names()).contains(WORDS + ".weight", HEAD + ".weight");
                }
                try (PeftModel again = PeftModels.fromPretrained(base, folder)) {
                    Tensors.assertClose(run(again), active, 1e-6, "loaded");
                }
            }
        }
    }

    @Test
    void warnsWhereNothingIsTied() throws IOException {
        warns("llama-causal", config("q_proj"), "no layer of this model shares");
        warns("qwen3-causal", config("q_proj"), "neither target_modules nor modules_to_save");
        warns(
                "llama-causal",
                config("q_proj").optTrainableTokenIndices(6),
                "tie_word_embeddings is false");
        warns(
                "qwen3-causal",
                config("q_proj").optModulesToSave("lm_head").optEnsureWeightTying(false),
                "Set ensure_weight_tying");
    }

    private static void warns(String name, LoraConfig.Builder config, String text)
            throws IOException {
        try (TransformerModel base = base(name);
                PeftModel model = PeftModels.getPeftModel(base, config.build())) {
            assertThat(model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings())
                    .anySatisfy(warning -> assertThat(warning).contains(text));
        }
    }

    @Test
    void refusesVariantsWhoseTensorsCannotBeShared() throws IOException {
        try (TransformerModel base = base("qwen3-causal")) {
            assertThatThrownBy(
                            () ->
                                    PeftModels.getPeftModel(
                                            base, config("lm_head").optUseDora(true).build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ensure_weight_tying is true")
                    .hasMessageContaining("lm_head");
        }
    }
}
