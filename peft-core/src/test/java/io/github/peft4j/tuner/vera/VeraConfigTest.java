package io.github.peft4j.tuner.vera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.testkit.ConfigRefusals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VeraConfigTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "r": 0 | r is 0; it must be a positive integer. Pass 256, for example.
                    "vera_dropout": 1.0 | vera_dropout is 1.0; it must be a probability
                    "target_modules": ["query"], "layers_pattern": "layer" | layers_pattern is "layer" but layers_to_transform is not set.
                    "bias": "lora_only" | bias is "lora_only" but must be one of "none", "all", "vera_only".
                    """)
    void refusesWhatBreaksARule(String options, String text) {
        ConfigRefusals.assertRefused("VERA", options, text);
    }

    @Test
    void refusesStartsThatAreNotNumbersAndOptionsThatVeraDoesNotHave() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VeraConfig.builder().optDInitial(Double.NaN).build())
                .withMessageStartingWith("d_initial is NaN; it must be a finite number");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VeraConfig.builder().optExcludeModules("key").build())
                .withMessageContaining("VERA has no such option");
    }

    @Test
    void allowsLayersWithARegularExpression() {
        VeraConfig config =
                VeraConfig.builder()
                        .optTargetModulesRegex(".*query")
                        .optLayersToTransform(0)
                        .build();

        assertThat(config.layersToTransform()).isPresent();
    }
}
