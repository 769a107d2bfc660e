package io.github.peft4j.transformers.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.Folders;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code rope_scaling} next to {@code rope_parameters}: the numbers are transformers'. */
class RopeScalingTest {

    @TempDir private Path folder;

    private static void assertLast(TransformerModel model, int length, double... numbers) {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            long[] text = LongStream.range(5, 5 + length).toArray();
            NDArray ids = manager.create(text).expandDims(0);
            float[] last =
                    model.forward(ModelInput.of(ids, ids.onesLike()))
                            .logits()
                            .get("0, -1")
                            .toFloatArray();
            for (int i = 0; i < numbers.length; i++) {
                assertThat((double) last[i]).isCloseTo(numbers[i], Offset.offset(5e-5));
            }
        }
    }

    @Test
    void takesTheScalingThatStandsNextToTheParameters() throws IOException {
        Folders.copy(Golden.path("models/llama-causal"), folder);
        Folders.copy(Folders.resource("reports/rope-scaling-beside-parameters"), folder);

        try (TransformerModel model = Transformers.load(folder, TaskType.CAUSAL_LM)) {
            assertLast(model, 96 + 4, 0.562302, -0.501843, 1.650194, 7.254455, -1.086268, 7.089623);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "llama-causal, -0.17674456536769867, -0.008743169717490673, 3.954986333847046",
        "mistral-causal, -0.21007637679576874, -4.2226738929748535, -6.0990800857543945",
        "qwen2-causal, -1.1670408248901367, 3.3777477741241455, 2.9558818340301514",
        "qwen3-causal, -0.1965673416852951, -0.2995302081108093, -1.8813426494598389",
        "gemma2-causal, 2.9171133041381836, 3.9218149185180664, 2.2610573768615723",
        "gptneox-causal, -0.5078380703926086, -1.3635512590408325, -0.5335207581520081"
    })
    void takesItInAllFamilies(String name, double first, double second, double third)
            throws IOException {
        LoadOptions scaled =
                LoadOptions.builder()
                        .addConfigOverride(
                                "rope_scaling", Map.of("rope_type", "linear", "factor", 2.0))
                        .addConfigOverride("rope_theta", 100.0)
                        .build();

        try (TransformerModel model =
                Transformers.load(Golden.path("models/" + name), TaskType.CAUSAL_LM, scaled)) {
            assertLast(model, 60, first, second, third);
        }
    }

    @Test
    void refusesAScalingThatIsNotAvailable() {
        LoadOptions dynamic =
                LoadOptions.builder()
                        .addConfigOverride("rope_scaling", Map.of("type", "dynamic", "factor", 2.0))
                        .build();

        assertThatThrownBy(
                        () ->
                                Transformers.load(
                                        Golden.path("models/llama-causal"),
                                        TaskType.CAUSAL_LM,
                                        dynamic))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("rope_type 'dynamic' is not available");
    }
}
