package io.github.peft4j.tuner.vera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.PeftConfig;
import org.junit.jupiter.api.Test;

class VeraConfigTest {

    @Test
    void hasPeftsDefaults() {
        VeraConfig config = VeraConfig.builder().build();

        assertThat(config.r()).isEqualTo(256);
        assertThat(config.projectionPrngKey()).isZero();
        assertThat(config.saveProjection()).isTrue();
        assertThat(config.dInitial()).isEqualTo(0.1);
        assertThat(config.veraDropout()).isEqualTo(0.0);
        assertThat(config.initWeights()).isTrue();
        assertThat(config.fanInFanOut()).isFalse();
        assertThat(config.bias()).isEqualTo(BiasOption.NONE);
    }

    @Test
    void comesBackFromItsJson() {
        VeraConfig config =
                VeraConfig.builder()
                        .optTargetModules("value")
                        .optR(4)
                        .optProjectionPrngKey(1L << 40)
                        .optSaveProjection(false)
                        .optDInitial(0.5)
                        .optVeraDropout(0.25)
                        .optInitWeights(false)
                        .optFanInFanOut(true)
                        .optBias(BiasOption.adaptedLayers(VeraConfig.TYPE))
                        .optLayersToTransform(1)
                        .optLayersPattern("layer")
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.toMap())
                .containsEntry("bias", "vera_only")
                .doesNotContainKey("exclude_modules");
    }

    @Test
    void allowsLayersBesideARegularExpression() {
        VeraConfig config =
                VeraConfig.builder()
                        .optTargetModulesRegex(".*query")
                        .optLayersToTransform(0)
                        .build();

        assertThat(config.layersToTransform()).isPresent();
    }

    @Test
    void namesWhatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VeraConfig.builder().optR(0).build())
                .withMessage("r is 0; it must be a positive integer. Pass 256, for example.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VeraConfig.builder().optVeraDropout(1).build())
                .withMessageStartingWith("vera_dropout is 1.0; it must be a probability");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VeraConfig.builder().optDInitial(Double.NaN).build())
                .withMessageStartingWith("d_initial is NaN; it must be a finite number");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BiasOption.of(VeraConfig.TYPE, "lora_only"))
                .withMessage("bias is 'lora_only'; it must be one of none, all, vera_only.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VeraConfig.builder().optExcludeModules("key").build())
                .withMessageContaining("VERA has no such option");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VeraConfig.builder().optLayersPattern("layer").build())
                .withMessageContaining("layers_to_transform is not set");
    }
}
