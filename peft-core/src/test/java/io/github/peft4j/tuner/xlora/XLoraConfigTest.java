package io.github.peft4j.tuner.xlora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.PeftConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XLoraConfigTest {

    @Test
    void hasPeftsDefaultsAndSaysSo() {
        List<String> warnings = new ArrayList<>();

        XLoraConfig config = XLoraConfig.builder().build(warnings::add);

        assertThat(config.hiddenSize()).isEqualTo(4096);
        assertThat(config.adapters()).isEmpty();
        assertThat(config.weighting())
                .isEqualTo(new XLoraWeighting(true, false, 1.0, null, 0.0, 1.0));
        assertThat(config.classifier()).isEqualTo(new XLoraClassifierShape(false, 1, 2048, 0.2));
        assertThat(warnings)
                .hasSize(2)
                .anyMatch(warning -> warning.contains("hidden_size"))
                .anyMatch(warning -> warning.contains("adapters"));
    }

    @Test
    void comesBackFromItsJson() {
        XLoraConfig config =
                XLoraConfig.builder()
                        .optHiddenSize(32)
                        .optAdapters(ImmutableMap.of("0", "a", "1", "b"))
                        .optEnableSoftmax(false)
                        .optEnableSoftmaxTopk(true)
                        .optSoftmaxTemperature(0.5)
                        .optTopKLora(1)
                        .optScalingPassValue(0.25)
                        .optGlobalScalingWeight(2.0)
                        .optLayerwiseScalings(true)
                        .optXloraDepth(3)
                        .optXloraSize(7)
                        .optXloraDropoutP(0.1)
                        .optUseTrainableAdapters(true)
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
    }

    @Test
    void findsExpertsBesideTheFileItWasReadFrom(@TempDir Path folder) throws Exception {
        XLoraConfig config =
                XLoraConfig.builder()
                        .optHiddenSize(32)
                        .optAdapters(ImmutableMap.of("0", "0", "1", "/elsewhere"))
                        .build();
        config.savePretrained(folder);
        Files.createDirectory(folder.resolve("0"));

        XLoraConfig read = (XLoraConfig) PeftConfig.fromPretrained(folder);

        assertThat(read.adapters())
                .containsEntry("0", folder.resolve("0").toString())
                .containsEntry("1", "/elsewhere");
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> XLoraConfig.builder().optXloraDepth(0).build())
                .hasMessageContaining("xlora_depth is 0; it must be positive");
        assertThatThrownBy(() -> XLoraConfig.builder().optSoftmaxTemperature(0).build())
                .hasMessageContaining("softmax_temperature is 0; it must be positive");
        assertThatThrownBy(() -> XLoraConfig.builder().optXloraDropoutP(1).build())
                .hasMessageContaining("xlora_dropout_p is 1; it must be in [0, 1)");
    }
}
