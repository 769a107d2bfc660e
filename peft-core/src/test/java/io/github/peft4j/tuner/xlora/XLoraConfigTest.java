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
    void saysWhatItFillsIn() {
        List<String> warnings = new ArrayList<>();

        XLoraConfig config = XLoraConfig.builder().build(warnings::add);

        assertThat(config.hiddenSize()).isEqualTo(4096);
        assertThat(config.adapters()).isEmpty();
        assertThat(warnings)
                .hasSize(2)
                .anyMatch(warning -> warning.contains("hidden_size"))
                .anyMatch(warning -> warning.contains("adapters"));
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
                .hasMessageContaining("xlora_depth is 0; it must be a positive integer");
        assertThatThrownBy(() -> XLoraConfig.builder().optSoftmaxTemperature(0).build())
                .hasMessageContaining("softmax_temperature is 0.0; it must be positive");
        assertThatThrownBy(() -> XLoraConfig.builder().optXloraDropoutP(1).build())
                .hasMessageContaining(
                        "xlora_dropout_p is 1.0; it must be a probability of at least 0 and below 1");
    }
}
