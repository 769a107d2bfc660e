package io.github.peft4j.tuner.delora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.PeftConfig;
import org.junit.jupiter.api.Test;

class DeloraConfigTest {

    private static void refuses(DeloraConfig.Builder builder, String text) {
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining(text);
    }

    @Test
    void hasPeftsDefaults() {
        DeloraConfig config = DeloraConfig.builder().build();

        assertThat(config.scaling())
                .isEqualTo(new DeloraScaling(8, 15, ImmutableMap.of(), ImmutableMap.of()));
        assertThat(config.moduleDropout().doubleValue()).isZero();
        assertThat(config.bias()).isEqualTo(BiasOption.NONE);
        assertThat(config.initWeights()).isTrue();
    }

    @Test
    void comesBackFromItsJson() {
        DeloraConfig config =
                DeloraConfig.builder()
                        .optR(4)
                        .optDeloraLambda(2.5)
                        .optRankPattern(ImmutableMap.of("key", 2))
                        .optLambdaPattern(ImmutableMap.of("query", 5L))
                        .optModuleDropout(0.1)
                        .optBias(BiasOption.adaptedLayers(DeloraConfig.TYPE))
                        .optInitWeights(false)
                        .optTargetModules("query", "key")
                        .optLayersToTransform(0)
                        .optLayersPattern("layer")
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.toJson())
                .contains("\"bias\": \"delora_only\"")
                .contains("\"delora_lambda\": 2.5");
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    @Test
    void refusesRanksBelowOne() {
        refuses(
                DeloraConfig.builder().optR(0),
                "r is 0; it must be a positive integer. Pass 8, for example.");
        refuses(
                DeloraConfig.builder().optRankPattern(ImmutableMap.of("up", 0)),
                "rank_pattern[\"up\"] is 0; it must be a positive integer.");
    }

    @Test
    void refusesStrengthsThatAreNoNumbers() {
        refuses(
                DeloraConfig.builder().optDeloraLambda(Double.NaN),
                "delora_lambda is NaN; it must be a finite number.");
        refuses(
                DeloraConfig.builder()
                        .optLambdaPattern(ImmutableMap.of("up", Double.POSITIVE_INFINITY)),
                "lambda_pattern[\"up\"] is Infinity; it must be a finite number.");
    }

    @Test
    void refusesDropoutThatSilencesTheAdapter() {
        refuses(
                DeloraConfig.builder().optModuleDropout(1),
                "module_dropout is 1.0; it must be a probability of at least 0 and below 1.");
    }

    @Test
    void refusesLayersBesideARegularExpression() {
        refuses(
                DeloraConfig.builder().optTargetModulesRegex(".*query").optLayersToTransform(0),
                "layers_to_transform is [0] but target_modules is the regular expression");
        refuses(
                DeloraConfig.builder().optTargetModules("query").optLayersPattern("layer"),
                "layers_pattern is \"layer\" but layers_to_transform is not set.");
    }

    @Test
    void refusesAnUnknownBias() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                PeftConfig.fromJson(
                                        "{\"peft_type\": \"DELORA\", \"bias\": \"lora_only\"}"))
                .withMessageContaining(
                        "bias is 'lora_only'; it must be one of none, all, delora_only.");
    }
}
