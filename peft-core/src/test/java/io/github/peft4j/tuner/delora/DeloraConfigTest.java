package io.github.peft4j.tuner.delora;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.testkit.ConfigRefusals;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeloraConfigTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "r": 0 | r is 0; it must be a positive integer. Pass 8, for example.
                    "rank_pattern": {"up": 0} | rank_pattern["up"] is 0; it must be a positive integer.
                    "module_dropout": 1.0 | module_dropout is 1.0; it must be a probability of at least 0 and below 1.
                    "target_modules": ".*query", "layers_to_transform": [0] | layers_to_transform is [0] but target_modules is the regular expression
                    "target_modules": ["query"], "layers_pattern": "layer" | layers_pattern is "layer" but layers_to_transform is not set.
                    "bias": "lora_only" | bias is "lora_only" but must be one of "none", "all", "delora_only".
                    """)
    void refusesWhatBreaksARule(String options, String text) {
        ConfigRefusals.assertRefused("DELORA", options, text);
    }

    /** JSON has no such numbers. */
    @Test
    void refusesStrengthsThatAreNotNumbers() {
        DeloraConfig.Builder nan = DeloraConfig.builder().optDeloraLambda(Double.NaN);
        DeloraConfig.Builder infinite =
                DeloraConfig.builder().optLambdaPattern(Map.of("up", Double.POSITIVE_INFINITY));

        assertThatIllegalArgumentException()
                .isThrownBy(nan::build)
                .withMessageContaining("delora_lambda is NaN; it must be a finite number.");
        assertThatIllegalArgumentException()
                .isThrownBy(infinite::build)
                .withMessageContaining(
                        "lambda_pattern[\"up\"] is Infinity; it must be a finite number.");
    }
}
