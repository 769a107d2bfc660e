package io.github.peft4j.tuner.hra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.PeftConfig;
import org.junit.jupiter.api.Test;

class HRAConfigTest {

    @Test
    void hasPeftsDefaults() {
        HRAConfig config = HRAConfig.builder().build();

        assertThat(config.r()).isEqualTo(8);
        assertThat(config.applyGs()).isFalse();
        assertThat(config.bias()).isEqualTo(BiasOption.NONE);
        assertThat(config.initWeights()).isTrue();
    }

    @Test
    void comesBackFromItsJson() {
        HRAConfig config =
                HRAConfig.builder()
                        .optR(6)
                        .optApplyGs(true)
                        .optBias(BiasOption.adaptedLayers(HRAConfig.TYPE))
                        .optInitWeights(false)
                        .optTargetModules("query")
                        .optLayersToTransform(1)
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.toMap())
                .containsEntry("apply_GS", true)
                .containsEntry("bias", "hra_only");
    }

    @Test
    void refusesNoReflectionsAtAll() {
        HRAConfig.Builder builder = HRAConfig.builder().optR(0);

        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("r is 0; it should be a positive number of reflections, such as 8.");
    }

    @Test
    void refusesLayersBesideARegularExpression() {
        HRAConfig.Builder builder =
                HRAConfig.builder().optTargetModulesRegex(".*query").optLayersToTransform(0);

        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layers_to_transform");
    }

    @Test
    void refusesTheBiasWordOfAnotherMethod() {
        assertThatThrownBy(
                        () -> PeftConfig.fromJson("{\"peft_type\":\"HRA\",\"bias\":\"lora_only\"}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be one of none, all, hra_only");
    }
}
