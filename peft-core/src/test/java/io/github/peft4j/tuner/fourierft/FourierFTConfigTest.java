package io.github.peft4j.tuner.fourierft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.testkit.ConfigRefusals;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FourierFTConfigTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "n_frequency": 0 | n_frequency is 0; it must be a positive integer
                    "n_frequency_pattern": {"v": -1} | n_frequency_pattern["v"] is -1
                    "target_modules": ".*query", "layers_to_transform": [0] | layers_to_transform is [0] but target_modules is the regular expression
                    "target_modules": ["query"], "layers_pattern": "layer" | layers_pattern is "layer" but layers_to_transform is not set.
                    "bias": "lora_only" | bias is "lora_only" but must be one of "none", "all", "fourierft_only".
                    """)
    void refusesWhatBreaksARule(String options, String text) {
        ConfigRefusals.assertRefused("FOURIERFT", options, text);
    }

    @Test
    void refusesAFactorThatIsNotANumber() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FourierFTConfig.builder().optScaling(Double.NaN).build())
                .withMessageStartingWith("scaling is NaN");
    }

    /** As PEFT has it: an expression stands after a dot, and a whole name for itself. */
    @Test
    void countsFrequenciesByTheEndOfANameOrTheWholeName() {
        FourierFTConfig config =
                FourierFTConfig.builder()
                        .optNFrequency(9)
                        .optNFrequencyPattern(ImmutableMap.of("q|k", 1, "v", 2, "a.o", 3))
                        .build();

        ToIntFunction<String> counts = FourierFTTuner.counts(config);

        assertThat(counts.applyAsInt("a.v")).isEqualTo(2);
        assertThat(counts.applyAsInt("v")).isEqualTo(2);
        assertThat(counts.applyAsInt("x.a.o")).isEqualTo(3);
        assertThat(counts.applyAsInt("av")).isEqualTo(9);
        assertThat(counts.applyAsInt("a.q.b")).as("'.*\\.q' or 'k$'").isEqualTo(1);
        assertThat(counts.applyAsInt("q")).isEqualTo(9);
    }
}
