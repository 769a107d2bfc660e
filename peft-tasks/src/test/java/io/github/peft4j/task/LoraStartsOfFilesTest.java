package io.github.peft4j.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a LoRA's training began matters for loading only where the base was changed. */
class LoraStartsOfFilesTest {

    private static final double[] PYTHON = {
        -2.241608, -2.275559, 5.139306, 4.801544, 0.216027, 8.732372
    };

    @TempDir private Path folder;

    private Path adapter(String start) throws IOException {
        Folders.copy(Folders.resource("reports/adapter-eva-start"), folder);
        Path config = folder.resolve("adapter_config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("\"eva\"", '"' + start + '"')
                        .replace("\"loftq_config\": {}", "\"loftq_config\": {\"loftq_bits\": 4}"));
        return folder;
    }

    private static TransformerModel base() throws IOException {
        return Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM);
    }

    /** Python gives the same logits for each of these names. */
    @ParameterizedTest
    @ValueSource(strings = {"eva", "lora_ga", "mica", "gaussian", "orthogonal"})
    void readsFilesWhoseStartLeftTheBaseAlone(String start) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                PeftModel model = PeftModels.fromPretrained(base(), adapter(start))) {
            NDArray ids = manager.create(new long[][] {{5, 7, 9, 11, 13, 17}});
            float[] last =
                    model.forward(ModelInput.of(ids, ids.onesLike()))
                            .logits()
                            .get("0, -1")
                            .toFloatArray();
            for (int i = 0; i < PYTHON.length; i++) {
                assertThat((double) last[i]).isCloseTo(PYTHON[i], Offset.offset(5e-5));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pissa", "pissa_niter_4", "olora", "corda", "loftq"})
    void saysHowToGetAPlainFileWhereTheBaseWasChanged(String start) throws IOException {
        Path adapter = adapter(start);
        TransformerModel base = base();

        assertThatThrownBy(() -> PeftModels.fromPretrained(base, adapter))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("init_lora_weights=" + start)
                .hasMessageContaining("changes the base's weights")
                .hasMessageContaining("path_initial_model_for_weight_conversion");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora_ga", "mica"})
    void refusesToTrainWhatOnlyPythonTrains(String start) throws IOException {
        Path adapter = adapter(start);
        TransformerModel base = base();

        assertThatThrownBy(
                        () ->
                                PeftModels.fromPretrained(
                                        base,
                                        adapter,
                                        PeftModel.DEFAULT_ADAPTER,
                                        LoadAdapterOptions.builder().optTrainable(true).build()))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("Load such an adapter for prediction");
    }

    @Test
    void trainsOnWhatEvaBegan() throws IOException {
        Path adapter = adapter("eva");
        LoadAdapterOptions trainable = LoadAdapterOptions.builder().optTrainable(true).build();

        try (PeftModel model =
                PeftModels.fromPretrained(base(), adapter, PeftModel.DEFAULT_ADAPTER, trainable)) {
            assertThat(model.activeAdapters()).containsExactly(PeftModel.DEFAULT_ADAPTER);
        }
    }

    @Test
    void refusesToBeginWithEva() throws IOException {
        TransformerModel base = base();
        LoraConfig fresh = LoraConfig.builder().optInitLoraWeights("eva").build();

        assertThatThrownBy(() -> PeftModels.getPeftModel(base, fresh))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("init_lora_weights is eva")
                .hasMessageContaining("choose another start");
    }
}
