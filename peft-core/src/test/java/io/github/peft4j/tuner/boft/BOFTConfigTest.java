package io.github.peft4j.tuner.boft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.testkit.ConfigRefusals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BOFTConfigTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "boft_block_num": 4 | boft_block_size is 4 and boft_block_num is 4
                    "boft_block_size": 0 | boft_block_size and boft_block_num are both 0
                    "boft_block_size": -1 | neither can be negative
                    "boft_dropout": 1.5 | boft_dropout is 1.5; it must be a share from 0 to 1. Pass 0.1, for example.
                    "target_modules": ["query"], "layers_pattern": "layer" | layers_pattern is "layer" but layers_to_transform is not set.
                    "bias": "lora_only" | bias is "lora_only" but must be one of "none", "all", "boft_only".
                    """)
    void refusesWhatBreaksARule(String options, String text) {
        ConfigRefusals.assertRefused("BOFT", options, text);
    }

    @Test
    void refusesBlocksThatDoNotDivideTheInput() {
        assertThat(new BOFTBlocks(4, 0).count("layer", 32)).isEqualTo(8);
        assertThat(new BOFTBlocks(0, 4).count("layer", 32)).isEqualTo(4);
        assertThatThrownBy(() -> new BOFTBlocks(5, 0).count("layer", 32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "in_features of layer are 32; they must be divisible by boft_block_size"
                                + " (5). Choose a divisor.");
    }
}
