package io.github.peft4j.task;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.store.SaveAdapterOptions.EmbeddingLayers;
import io.github.peft4j.store.SaveAdapterOptions;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedEmbeddingsTest {

    private static final String WORDS = "base_model.model.model.embed_tokens.base_layer.weight";

    @TempDir private Path folder;

    @Test
    void anAdaptedTokenEmbeddingIsWrittenWithItsAdapter() throws Exception {
        try (TransformerModel base =
                        Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            save(base, "embed_tokens", "q_proj");

            try (SafetensorsReader file = reader()) {
                assertThat(file.names()).contains(WORDS).doesNotContain("lm_head");
                assertThat(file.load(manager, WORDS).toFloatArray())
                        .isEqualTo(
                                base.parameters()
                                        .get("model.embed_tokens.weight")
                                        .getArray()
                                        .toFloatArray());
            }
            try (PeftModel again = PeftModels.fromPretrained(base, folder)) {
                assertThat(again.loadReport(PeftModel.DEFAULT_ADAPTER).missingKeys()).isEmpty();
            }
        }
    }

    @Test
    void otherwiseNothingOfTheBaseIsWritten() throws Exception {
        try (TransformerModel base =
                Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM)) {
            save(base, "q_proj", "v_proj");

            try (SafetensorsReader file = reader()) {
                assertThat(file.names()).allMatch(name -> name.contains(".lora_"));
            }
        }
    }

    @Test
    void allEmbeddingsAreWrittenOnDemand() throws Exception {
        try (TransformerModel base =
                Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM)) {
            save(base, EmbeddingLayers.ALWAYS, "q_proj");

            try (SafetensorsReader file = reader()) {
                assertThat(file.names())
                        .contains(
                                "base_model.model.model.embed_tokens.weight",
                                "base_model.model.lm_head.weight");
            }
            try (PeftModel again = PeftModels.fromPretrained(base, folder)) {
                LoadReport report = again.loadReport(PeftModel.DEFAULT_ADAPTER);
                assertThat(report.unexpectedKeys()).isEmpty();
                assertThat(report.warnings()).isEmpty();
            }
        }
    }

    @Test
    void noEmbeddingIsWrittenAgainstOnesWill() throws Exception {
        try (TransformerModel base =
                Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM)) {
            save(base, EmbeddingLayers.NEVER, "embed_tokens");

            try (SafetensorsReader file = reader()) {
                assertThat(file.names()).allMatch(name -> name.contains(".lora_"));
            }
        }
    }

    @Test
    void embeddingsOfAnotherBaseAreRefused() throws Exception {
        try (TransformerModel base =
                Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM)) {
            save(base, EmbeddingLayers.ALWAYS, "q_proj");
            Parameter head = requireNonNull(base.parameters().get("lm_head.weight"));
            head.getArray().set(new NDIndex("0, 0"), 7f);

            assertThatThrownBy(() -> PeftModels.fromPretrained(base, folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("base_model.model.lm_head.weight")
                    .hasMessageContaining("Load it on the base it was saved with");
        }
    }

    private void save(TransformerModel base, String... targets) throws Exception {
        save(base, EmbeddingLayers.AUTO, targets);
    }

    private void save(TransformerModel base, EmbeddingLayers embeddings, String... targets)
            throws Exception {
        LoraConfig config =
                LoraConfig.builder()
                        .optInitLoraWeights(false)
                        .optTaskType(TaskType.CAUSAL_LM)
                        .optTargetModules(targets)
                        .build();
        try (PeftModel model = PeftModels.getPeftModel(base, config)) {
            model.savePretrained(
                    folder,
                    SaveAdapterOptions.builder().optSaveEmbeddingLayers(embeddings).build());
        }
    }

    private SafetensorsReader reader() throws Exception {
        return SafetensorsReader.open(folder.resolve("adapter_model.safetensors"));
    }
}
