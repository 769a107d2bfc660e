package io.github.peft4j.tuner.hra;

import io.github.peft4j.testkit.ConfigRefusals;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HRAConfigTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "r": 0 | r is 0; it must be a positive integer. Pass 8, for example.
                    "target_modules": ".*query", "layers_to_transform": [0] | layers_to_transform is [0] but target_modules is the regular expression
                    "target_modules": ["query"], "layers_pattern": "layer" | layers_pattern is "layer" but layers_to_transform is not set.
                    "bias": "lora_only" | bias is "lora_only" but must be one of "none", "all", "hra_only".
                    """)
    void refusesWhatBreaksARule(String options, String text) {
        ConfigRefusals.assertRefused("HRA", options, text);
    }
}
