package io.github.peft4j.tuner.loha;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.tuner.lycoris.LycorisDropout;
import io.github.peft4j.tuner.lycoris.LycorisScaling;
import org.junit.jupiter.api.Test;

class LoHaConfigTest {

    @Test
    void hasPeftsDefaults() {
        LoHaConfig config = LoHaConfig.builder().build();

        assertThat(config.scaling()).isEqualTo(LycorisScaling.DEFAULT);
        assertThat(config.scaling().r()).isEqualTo(8);
        assertThat(config.scaling().alpha()).isEqualTo(8L);
        assertThat(config.dropout()).isEqualTo(LycorisDropout.NONE);
        assertThat(config.useEffectiveConv2d()).isFalse();
        assertThat(config.initWeights()).isTrue();
    }

    @Test
    void comesBackFromItsJson() {
        LoHaConfig config =
                LoHaConfig.builder()
                        .optTargetModules("value")
                        .optExcludeModules("0.value")
                        .optR(4)
                        .optAlpha(2.5)
                        .optRankPattern(ImmutableMap.of("value", 3))
                        .optAlphaPattern(ImmutableMap.of("value", 7))
                        .optRankDropout(0.25)
                        .optModuleDropout(0.125)
                        .optUseEffectiveConv2d(true)
                        .optInitWeights(false)
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.toMap()).doesNotContainKeys("bias", "fan_in_fan_out");
    }

    @Test
    void namesWhatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoHaConfig.builder().optR(0).build())
                .withMessage("r is 0; it must be a positive integer. Pass 8, for example.");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> LoHaConfig.builder().optRankPattern(ImmutableMap.of("up", 0)).build())
                .withMessageStartingWith("rank_pattern[\"up\"] is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                LoHaConfig.builder()
                                        .optAlphaPattern(ImmutableMap.of("up", Double.NaN))
                                        .build())
                .withMessageStartingWith("alpha_pattern[\"up\"] is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoHaConfig.builder().optRankDropout(1).build())
                .withMessageStartingWith("rank_dropout is 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoHaConfig.builder().optModuleDropout(-0.1).build())
                .withMessageStartingWith("module_dropout is -0.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoHaConfig.builder().optLayersPattern("h").build())
                .withMessageContaining("layers_to_transform is not set");
    }
}
