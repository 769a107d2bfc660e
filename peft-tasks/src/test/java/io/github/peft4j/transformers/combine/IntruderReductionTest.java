package io.github.peft4j.transformers.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.combine.IntruderOptions;
import io.github.peft4j.combine.IntruderReport;
import io.github.peft4j.combine.LayerIntruders;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
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
import io.github.peft4j.tuner.ia3.IA3Config;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers are those of PEFT's {@code reduce_intruder_dimension}. */
class IntruderReductionTest {

    private static final IntruderOptions OPTIONS =
            new IntruderOptions(4, 0.6, 0.25); // as the expected file was made
    private static final Path ADAPTER = GoldenCase.directory("convert/intruders");

    @TempDir private Path folder;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private static TransformerModel base(String name) throws IOException {
        return Transformers.load(
                Golden.path("models/" + name), AutoClass.CAUSAL_LM, LoadOptions.DEFAULT);
    }

    private NDArray logits(PeftModel model) {
        NDArray ids = manager.create(new long[][] {{5, 7, 9, 11, 13}});
        return model.forward(ModelInput.of(ids, ids.onesLike())).logits();
    }

    @Test
    void reducesThemAsPythonDoes() throws IOException {
        try (TransformerModel base = base("llama-causal");
                PeftModel model = PeftModels.fromPretrained(base, ADAPTER);
                SafetensorsReader expected =
                        SafetensorsReader.open(ADAPTER.resolve("expected.safetensors"))) {
            IntruderReport report = model.reduceIntruderDimension("default", "reduced", OPTIONS);

            Map<String, JsonElement> counts =
                    JsonParser.parseString(expected.metadata().get("intruders"))
                            .getAsJsonObject()
                            .asMap();
            assertThat(report.layers()).hasSize(4).hasSameSizeAs(counts.keySet());
            for (LayerIntruders layer : report.layers()) {
                assertThat(layer.places())
                        .as(layer.path())
                        .hasSize(counts.get(layer.path()).getAsInt());
            }
            assertThat(report.count()).isEqualTo(5);
            assertThat(model.activeAdapters()).containsExactly("default");

            model.setAdapter("reduced");
            Tensors.assertClose(logits(model), expected.load(manager, "logits"), 1e-5, "logits");
            model.savePretrained(folder);
            compareFile(expected);
        }
    }

    private void compareFile(SafetensorsReader expected) throws IOException {
        try (SafetensorsReader saved =
                SafetensorsReader.open(
                        folder.resolve("reduced").resolve("adapter_model.safetensors"))) {
            LoraConfig config = (LoraConfig) PeftConfig.fromPretrained(folder.resolve("reduced"));
            assertThat(config.r()).isEqualTo(3);
            assertThat(config.useRslora()).isTrue();
            for (String name : expected.names()) {
                if (!name.startsWith("delta.")) {
                    continue;
                }
                String layer = name.substring("delta.".length());
                String key = "base_model.model." + layer;
                NDArray a = saved.load(manager, key + ".lora_A.weight");
                NDArray b = saved.load(manager, key + ".lora_B.weight");
                double scale = 5 / Math.sqrt(layer.endsWith("down_proj") ? 2 : 3);
                Tensors.assertClose(
                        b.matMul(a).mul(scale), expected.load(manager, name), 1e-5, name);
                Tensors.assertClose(
                        a.norm().reshape(1), // the signs of singular vectors are free
                        expected.load(manager, "a_norm." + layer),
                        1e-5,
                        layer);
            }
        }
    }

    /** With the factor 1 the change is only cut to the rank that it has. */
    @Test
    void keepsTheOrientationOfTransposedWeightsAndTables() throws IOException {
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.CAUSAL_LM)
                        .optTargetModules("c_attn", "wte")
                        .optR(3)
                        .optInitLoraWeights(false)
                        .build();
        try (TransformerModel base = base("gpt2-causal");
                PeftModel model = PeftModels.getPeftModel(base, config)) {
            NDArray before = logits(model);
            IntruderReport all =
                    model.reduceIntruderDimension("default", "same", new IntruderOptions(5, 1, 1));
            model.reduceIntruderDimension("default", "less", new IntruderOptions(5, 1, 0));

            assertThat(all.layers()).allSatisfy(layer -> assertThat(layer.places()).isNotEmpty());
            assertThat(all.layers())
                    .allSatisfy(layer -> assertThat(layer.discardedShare()).isLessThan(1e-6));
            model.setAdapter("same");
            Tensors.assertClose(logits(model), before, 1e-5, "logits");
            model.setAdapter("less");
            NDArray gap = logits(model).sub(before);
            assertThat(gap.norm().toFloatArray()[0] / before.norm().toFloatArray()[0])
                    .isGreaterThan(0.01f);
        }
    }

    @Test
    void refusesWhatIsNoPlainLora() throws IOException {
        try (TransformerModel base = base("llama-causal")) {
            LoraConfig dora =
                    LoraConfig.builder().optTargetModules("q_proj").optUseDora(true).build();
            IA3Config ia3 =
                    IA3Config.builder().optTargetModules("q_proj").optFeedforwardModules().build();
            for (PeftConfig config : new PeftConfig[] {dora, ia3}) {
                try (PeftModel model = PeftModels.getPeftModel(base, config)) {
                    assertThatThrownBy(
                                    () ->
                                            model.reduceIntruderDimension(
                                                    "default", "less", IntruderOptions.DEFAULT))
                            .isInstanceOf(UnsupportedFeatureException.class)
                            .hasMessageContaining("'default'")
                            .hasMessageContaining("(convertToLora, saveAsLora)");
                    assertThat(model.peftConfig()).containsOnlyKeys("default");
                }
            }
        }
    }

    @Test
    void refusesNamesThatAreTakenAndNumbersOutOfRange() throws IOException {
        try (TransformerModel base = base("llama-causal");
                PeftModel model = PeftModels.fromPretrained(base, ADAPTER)) {
            assertThatThrownBy(
                            () ->
                                    model.reduceIntruderDimension(
                                            "default", "default", IntruderOptions.DEFAULT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'default'");
        }
        assertThatThrownBy(() -> IntruderOptions.DEFAULT.withTopK(0))
                .hasMessageContaining("top_k is 0");
        assertThatThrownBy(() -> IntruderOptions.DEFAULT.withMitigationLambda(1.5))
                .hasMessageContaining("mitigation_lambda is 1.5");
        assertThatThrownBy(() -> IntruderOptions.DEFAULT.withThresholdEpsilon(Double.NaN))
                .hasMessageContaining("threshold_epsilon is NaN");
    }
}
