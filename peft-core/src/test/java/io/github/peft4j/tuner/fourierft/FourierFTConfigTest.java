package io.github.peft4j.tuner.fourierft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.PeftConfig;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

class FourierFTConfigTest {

    @Test
    void hasPeftsDefaults() {
        FourierFTConfig config = FourierFTConfig.builder().build();

        assertThat(config.spectrum()).isEqualTo(new SpectrumOptions(1000, 777, ImmutableMap.of()));
        assertThat(config.scaling()).isEqualTo(150.0);
        assertThat(config.initWeights()).isFalse();
    }

    @Test
    void comesBackFromItsJson() {
        FourierFTConfig config =
                FourierFTConfig.builder()
                        .optTargetModules("value")
                        .optNFrequency(30)
                        .optRandomLocSeed(-4)
                        .optNFrequencyPattern(ImmutableMap.of("value", 7))
                        .optScaling(20)
                        .optInitWeights(true)
                        .optBias(BiasOption.adaptedLayers(FourierFTConfig.TYPE))
                        .optFanInFanOut(true)
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    /** As PEFT has it: an expression stands after a dot, and a whole name for itself. */
    @Test
    void countsFrequenciesByTheEndOfANameOrTheWholeName() {
        ToIntFunction<String> counts =
                new SpectrumOptions(9, 0, ImmutableMap.of("q|k", 1, "v", 2, "a.o", 3)).counts();

        assertThat(counts.applyAsInt("a.v")).isEqualTo(2);
        assertThat(counts.applyAsInt("v")).isEqualTo(2);
        assertThat(counts.applyAsInt("x.a.o")).isEqualTo(3);
        assertThat(counts.applyAsInt("av")).isEqualTo(9);
        assertThat(counts.applyAsInt("a.q.b")).as("'.*\\.q' or 'k$'").isEqualTo(1);
        assertThat(counts.applyAsInt("q")).isEqualTo(9);
    }

    @Test
    void namesWhatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FourierFTConfig.builder().optNFrequency(0).build())
                .withMessageStartingWith("n_frequency is 0; it must be a positive integer");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                FourierFTConfig.builder()
                                        .optNFrequencyPattern(ImmutableMap.of("v", -1))
                                        .build())
                .withMessageStartingWith("n_frequency_pattern[\"v\"] is -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FourierFTConfig.builder().optScaling(Double.NaN).build())
                .withMessageStartingWith("scaling is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                FourierFTConfig.builder()
                                        .optTargetModulesRegex(".*query")
                                        .optLayersToTransform(0)
                                        .build())
                .withMessageContaining("layers_to_transform");
    }
}
