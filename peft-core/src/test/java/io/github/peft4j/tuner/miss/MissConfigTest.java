package io.github.peft4j.tuner.miss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.PeftModels;
import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.ToyModel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MissConfigTest {

    @Test
    void hasPeftsDefaults() {
        MissConfig config = MissConfig.builder().build();

        assertThat(config.r()).isEqualTo(64);
        assertThat(config.miniR()).isEqualTo(1);
        assertThat(config.missDropout().doubleValue()).isZero();
        assertThat(config.bias()).isEqualTo(BiasOption.NONE);
        assertThat(config.initWeights()).isEqualTo(InitMissWeights.TRUE);
    }

    @ParameterizedTest
    @EnumSource(InitMissWeights.class)
    void comesBackFromItsJson(InitMissWeights init) {
        MissConfig config =
                MissConfig.builder()
                        .optR(8)
                        .optMiniR(4)
                        .optMissDropout(0.1)
                        .optBias(BiasOption.adaptedLayers(MissConfig.TYPE))
                        .optInitWeights(init)
                        .optTargetModules("query")
                        .optLayersToTransform(0)
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.toJson()).contains("\"bias\": \"miss_only\"");
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> MissConfig.builder().optR(0).build())
                .hasMessage("`r` is 0; it must be a positive number of rows of the block.");
        assertThatThrownBy(() -> MissConfig.builder().optMissDropout(1).build())
                .hasMessageContaining("miss_dropout is 1");
        assertThatThrownBy(() -> InitMissWeights.of("big"))
                .hasMessage(
                        "init_weights is big; it must be one of true, false, \"mini\", \"bat\".");
    }

    @Test
    void refusesBlocksThatDoNotFitTheLayer() {
        refuses(
                MissConfig.builder().optR(7),
                "`r` is 7, more than in_features = 6 of up. Take an r of at most that.");
        refuses(
                MissConfig.builder().optR(4).optInitWeights(InitMissWeights.BAT),
                "must be divisible into blocks of `r` x `r`, but r is 4");
        refuses(
                MissConfig.builder().optR(2).optMiniR(3).optInitWeights(InitMissWeights.MINI),
                "mini_r is 3, which does not divide out_features = 8 of up");
    }

    private static void refuses(MissConfig.Builder builder, String text) {
        MissConfig config = builder.optTargetModules("up").build();
        try (ToyModel toy = ToyModel.ours()) {
            assertThatThrownBy(() -> PeftModels.getPeftModel(toy.base().block(), config))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(text);
        }
    }
}
