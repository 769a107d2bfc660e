package io.github.peft4j.transformers.combine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.combine.EnergyReport;
import io.github.peft4j.combine.LayerEnergy;
import io.github.peft4j.combine.LoraConversionOptions;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.GoldenCase;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.prompttuning.PromptTuningConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoraConversionTest {

    private static final String A = ".lora_A.weight";

    @TempDir private Path folder;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private TransformerModel base;

    @BeforeEach
    void load() throws IOException {
        base =
                Transformers.load(
                        Golden.path("models/llama-causal"),
                        AutoClass.CAUSAL_LM,
                        LoadOptions.DEFAULT);
    }

    @AfterEach
    void close() {
        base.close();
        manager.close();
    }

    private static Path adapter(String method) {
        return GoldenCase.directory("convert/" + method);
    }

    /** Products of the pairs of an adapter by layer, by the scale 1. */
    private Map<String, NDArray> products(Path saved) throws IOException {
        Map<String, NDArray> products = new TreeMap<>();
        try (SafetensorsReader file =
                SafetensorsReader.open(saved.resolve("adapter_model.safetensors"))) {
            for (String name : file.names()) {
                if (name.endsWith(A)) {
                    String layer = name.substring(0, name.length() - A.length());
                    NDArray b = file.load(manager, layer + ".lora_B.weight");
                    products.put(
                            layer.replace("base_model.model.", ""),
                            b.matMul(file.load(manager, name)));
                }
            }
        }
        return products;
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora", "loha", "lokr", "vera", "delora", "fourierft"})
    void keepsTheLargestPartsOfTheChangeAsPythonDoes(String method) throws IOException {
        try (PeftModel model = PeftModels.fromPretrained(base, adapter(method));
                SafetensorsReader expected =
                        SafetensorsReader.open(adapter(method).resolve("expected.safetensors"))) {
            model.saveAsLora("default", folder, LoraConversionOptions.ofRank(3));

            Map<String, NDArray> ours = products(folder);
            Assertions.assertThat(ours).hasSameSizeAs(expected.names());
            for (String name : expected.names()) {
                NDArray found = Tensors.get(ours, name.replace("delta.", ""));
                Tensors.assertClose(found, expected.load(manager, name), 1e-5, name);
            }
            LoraConfig config = (LoraConfig) PeftConfig.fromPretrained(folder);
            Assertions.assertThat(config.r()).isEqualTo(3);
            Assertions.assertThat(config.loraAlpha()).isEqualTo(3);
            Assertions.assertThat(config.hasPatterns()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora", "loha", "lokr", "miss", "vera", "delora", "fourierft"})
    void findsTheRanksThatKeepAShareOfTheEnergy(String method) throws IOException {
        try (PeftModel model = PeftModels.fromPretrained(base, adapter(method));
                SafetensorsReader expected =
                        SafetensorsReader.open(adapter(method).resolve("expected.safetensors"))) {
            EnergyReport report =
                    model.saveAsLora("default", folder, LoraConversionOptions.ofEnergy(0.9));

            Map<String, JsonElement> ranks =
                    JsonParser.parseString(expected.metadata().get("ranks"))
                            .getAsJsonObject()
                            .asMap();
            for (LayerEnergy layer : report.layers()) {
                int theirs = ranks.get(layer.path()).getAsInt();
                // Python keeps MiSS at its own rank whatever share is asked for
                Assertions.assertThat(layer.rank()).isLessThanOrEqualTo(theirs);
                Assertions.assertThat(method.equals("miss") || layer.rank() == theirs).isTrue();
                Assertions.assertThat(layer.discardedShare()).isBetween(0.0, 0.1);
            }
            Assertions.assertThat(report.layers()).hasSameSizeAs(ranks.keySet());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora", "miss", "delora"})
    void losesNothingAtTheRankOfTheChange(String method) throws IOException {
        try (PeftModel model = PeftModels.fromPretrained(base, adapter(method));
                GoldenCase call = GoldenCase.open("llama-causal", "forward")) {
            ModelOutput before = model.forward(call.input());
            EnergyReport report =
                    model.saveAsLora("default", folder, LoraConversionOptions.ofRank(8));

            try (PeftModel converted = PeftModels.fromPretrained(base, folder)) {
                Tensors.assertClose(
                        converted.forward(call.input()).logits(), before.logits(), 1e-5, "logits");
            }
            Assertions.assertThat(report.discardedShare()).isLessThan(1e-9);
        }
    }

    /** The way to a smaller rank of a LoRA, next to it. */
    @Test
    void putsASmallerLoraNextToTheOneThatItIsMadeOf() throws IOException {
        try (PeftModel model = PeftModels.fromPretrained(base, adapter("lora"))) {
            EnergyReport two =
                    model.convertToLora("default", "two", LoraConversionOptions.ofRank(2));
            EnergyReport four =
                    model.convertToLora("default", "four", LoraConversionOptions.ofRank(4));

            Assertions.assertThat(model.peftConfig()).containsKeys("default", "two", "four");
            Assertions.assertThat(model.activeAdapters()).containsExactly("default");
            Assertions.assertThat(two.discardedShare())
                    .isGreaterThan(four.discardedShare())
                    .isBetween(0.0, 1.0);
            Assertions.assertThat(two.total()).isCloseTo(four.total(), within(1e-4));
            Assertions.assertThat(two.toString()).contains("rank 2", "left out in 4 layers");
        }
    }

    private static org.assertj.core.data.Percentage within(double share) {
        return org.assertj.core.data.Percentage.withPercentage(100 * share);
    }

    @Test
    void refusesARankThatExceedsALayer() throws IOException {
        try (PeftModel model = PeftModels.fromPretrained(base, adapter("lora"))) {
            Assertions.assertThatThrownBy(
                            () ->
                                    model.convertToLora(
                                            "default", "big", LoraConversionOptions.ofRank(33)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("rank is 33")
                    .hasMessageContaining("a side of 32")
                    .hasMessageContaining("share of the energy");
            Assertions.assertThat(model.peftConfig()).containsOnlyKeys("default");
        }
    }

    @Test
    void refusesWhatIsNoChangeOfWeights() {
        PromptTuningConfig prompt =
                PromptTuningConfig.builder()
                        .setNumVirtualTokens(2)
                        .optTaskType(TaskType.CAUSAL_LM)
                        .build();
        try (PeftModel model = PeftModels.getPeftModel(base, prompt)) {
            Assertions.assertThatThrownBy(
                            () ->
                                    model.saveAsLora(
                                            "default", folder, LoraConversionOptions.ofRank(2)))
                    .isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("'default' of method PROMPT_TUNING")
                    .hasMessageContaining("around the whole model");
        }
    }

    @Test
    void refusesABiasThatIsTrainedAlong() {
        LoraConfig config =
                LoraConfig.builder().optTargetModules("q_proj").optLoraBias(true).build();
        try (PeftModel model = PeftModels.getPeftModel(base, config)) {
            Assertions.assertThatThrownBy(
                            () ->
                                    model.convertToLora(
                                            "default", "other", LoraConversionOptions.ofRank(2)))
                    .isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("model.layers.0.self_attn.q_proj")
                    .hasMessageContaining("changes the bias too");
        }
    }

    @Test
    void refusesSizesThatAreNone() {
        Assertions.assertThatThrownBy(() -> LoraConversionOptions.ofRank(0))
                .hasMessageContaining("rank is 0");
        Assertions.assertThatThrownBy(() -> LoraConversionOptions.ofEnergy(1.5))
                .hasMessageContaining("energy is 1.5");
    }
}
