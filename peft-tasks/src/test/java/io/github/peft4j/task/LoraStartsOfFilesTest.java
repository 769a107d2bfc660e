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
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

    private static Stream<Arguments> starts() {
        double[] pissa = {-0.778071, -1.217059, -4.453184, -5.106317, 3.257838, 0.218982};
        double[] olora = {0.65976, 0.011799, 2.551628, 3.670581, -1.821789, 0.86497};
        return Stream.of(
                Arguments.of("eva", PYTHON),
                Arguments.of("lora_ga", PYTHON),
                Arguments.of("mica", PYTHON),
                Arguments.of("gaussian", PYTHON),
                Arguments.of("orthogonal", PYTHON),
                Arguments.of("pissa", pissa),
                Arguments.of("olora", olora));
    }

    /** The logits of PEFT 0.21.2 for the same file under each of these names. */
    @ParameterizedTest
    @MethodSource("starts")
    void computesWhatPythonComputes(String start, double[] logits) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                PeftModel model = PeftModels.fromPretrained(base(), adapter(start))) {
            NDArray ids = manager.create(new long[][] {{5, 7, 9, 11, 13, 17}});
            float[] last =
                    model.forward(ModelInput.of(ids, ids.onesLike()))
                            .logits()
                            .get("0, -1")
                            .toFloatArray();
            for (int i = 0; i < logits.length; i++) {
                assertThat((double) last[i]).isCloseTo(logits[i], Offset.offset(5e-5));
            }
        }
    }

    @Test
    void warnsWhereChanceDecidedTheStart() throws IOException {
        try (PeftModel model = PeftModels.fromPretrained(base(), adapter("pissa_niter_4"))) {
            assertThat(model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings())
                    .anyMatch(warning -> warning.contains("start afresh"));
        }
    }

    @Test
    void warnsOfGradientsThatAFileDoesNotTell() throws IOException {
        try (PeftModel model = PeftModels.fromPretrained(base(), adapter("lora_ga"))) {
            assertThat(model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings())
                    .anyMatch(warning -> warning.contains("a start that changes the base's"));
        }
    }

    @Test
    void refusesAStartThatDataDecidedAndTheFileDoesNotTell() throws IOException {
        Path adapter = adapter("corda");
        TransformerModel base = base();

        assertThatThrownBy(() -> PeftModels.fromPretrained(base, adapter))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("init_lora_weights is corda")
                .hasMessageContaining("LoraCalibration")
                .hasMessageContaining("path_initial_model_for_weight_conversion");
    }

    @Test
    void refusesAStartThatNeedsAQuantisedBase() throws IOException {
        Path adapter = adapter("loftq");
        TransformerModel base = base();

        assertThatThrownBy(() -> PeftModels.fromPretrained(base, adapter))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("init_lora_weights=loftq")
                .hasMessageContaining("bitsandbytes");
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
    void beginsAsUsualWhereNoDataHaveDecidedTheStart() throws IOException {
        LoraConfig fresh = LoraConfig.builder().optInitLoraWeights("eva").build();

        try (PeftModel model = PeftModels.getPeftModel(base(), fresh)) {
            assertThat(model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings())
                    .anyMatch(warning -> warning.contains("no data have decided the start"));
        }
    }

    @Test
    void refusesToBeginWithCordaWithoutData() throws IOException {
        TransformerModel base = base();
        LoraConfig fresh = LoraConfig.builder().optInitLoraWeights("corda").build();

        assertThatThrownBy(() -> PeftModels.getPeftModel(base, fresh))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("init_lora_weights is corda");
    }
}
