package io.github.peft4j.tuner.lokr;

import io.github.peft4j.testkit.ConfigRefusals;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoKrConfigTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "init_weights": "ones" | init_weights is "ones" but must be one of true, "lycoris", false.
                    "target_modules": ["query"], "layers_pattern": "layer" | layers_pattern is "layer" but layers_to_transform is not set.
                    """)
    void refusesWhatBreaksARule(String options, String text) {
        ConfigRefusals.assertRefused("LOKR", options, text);
    }
}
