package io.github.peft4j.tuner.loha;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.testkit.ConfigRefusals;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoHaConfigTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "r": 0 | r is 0; it must be a positive integer. Pass 8, for example.
                    "rank_pattern": {"up": 0} | rank_pattern["up"] is 0
                    "rank_dropout": 1.0 | rank_dropout is 1.0
                    "module_dropout": -0.1 | module_dropout is -0.1
                    "target_modules": ["query"], "layers_pattern": "layer" | layers_pattern is "layer" but layers_to_transform is not set.
                    """)
    void refusesWhatBreaksARule(String options, String text) {
        ConfigRefusals.assertRefused("LOHA", options, text);
    }

    @Test
    void refusesAlphasThatAreNotNumbers() {
        LoHaConfig.Builder nan = LoHaConfig.builder().optAlphaPattern(Map.of("up", Double.NaN));

        assertThatIllegalArgumentException()
                .isThrownBy(nan::build)
                .withMessageStartingWith("alpha_pattern[\"up\"] is NaN");
    }
}
