package io.github.peft4j.tuner.lokr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.tuner.lycoris.LycorisDropout;
import io.github.peft4j.tuner.lycoris.LycorisScaling;
import org.junit.jupiter.api.Test;

class LoKrConfigTest {

    @Test
    void hasPeftsDefaults() {
        LoKrConfig config = LoKrConfig.builder().build();

        assertThat(config.scaling()).isEqualTo(LycorisScaling.DEFAULT);
        assertThat(config.dropout()).isEqualTo(LycorisDropout.NONE);
        assertThat(config.rankDropoutScale()).isFalse();
        assertThat(config.factors()).isEqualTo(new LokrFactors(false, -1, false));
        assertThat(config.toMap()).containsEntry("init_weights", true);
    }

    @Test
    void comesBackFromItsJson() {
        for (InitLokrWeights start : InitLokrWeights.values()) {
            LoKrConfig config =
                    LoKrConfig.builder()
                            .optTargetModules("value")
                            .optR(4)
                            .optRankDropout(0.5)
                            .optRankDropoutScale(true)
                            .optDecomposeBoth(true)
                            .optDecomposeFactor(16)
                            .optUseEffectiveConv2d(true)
                            .optInitWeights(start)
                            .build();

            assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        }
    }

    @Test
    void refusesAnUnknownStart() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                PeftConfig.fromJson(
                                        "{\"peft_type\": \"LOKR\", \"init_weights\": \"ones\"}"))
                .withMessageContaining(
                        "init_weights is 'ones'; it must be true, false or \"lycoris\".");
    }
}
