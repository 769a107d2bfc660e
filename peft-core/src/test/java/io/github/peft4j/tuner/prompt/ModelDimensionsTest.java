package io.github.peft4j.tuner.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.tuner.prefixtuning.PrefixTuningConfig;
import io.github.peft4j.tuner.prompt.config.PromptConfig;
import io.github.peft4j.tuner.prompttuning.PromptTuningConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ModelDimensionsTest {

    private static final PromptConfig NOTHING = PromptTuningConfig.builder().build();

    private static ModelDimensions of(Map<String, Object> config) {
        return ModelDimensions.of(
                new ModelInfo("M", "test", null, "m", null, null, ImmutableMap.copyOf(config)));
    }

    static Arguments[] families() {
        return new Arguments[] {
            Arguments.of(
                    Map.of("num_hidden_layers", 6, "hidden_size", 384, "num_attention_heads", 12)),
            Arguments.of(Map.of("n_layer", 6, "n_embd", 384, "n_head", 12)),
            Arguments.of(Map.of("num_layers", 6, "d_model", 384, "num_heads", 12)),
            Arguments.of(
                    Map.of(
                            "encoder_layers", 6,
                            "d_model", 384,
                            "encoder_attention_heads", 12,
                            "decoder_layers", 3)),
            Arguments.of(Map.of("n_layers", 6, "dim", 384, "n_heads", 12)),
            Arguments.of(
                    Map.of(
                            "hidden_size",
                            7,
                            "text_config",
                            Map.of("num_layers", 6, "hidden_size", 384, "num_heads", 12)))
        };
    }

    private static PromptTuningConfig.Builder own() {
        return PromptTuningConfig.builder()
                .setNumVirtualTokens(4)
                .optTokenDim(32)
                .optNumTransformerSubmodules(1)
                .optNumAttentionHeads(4)
                .optNumLayers(2);
    }

    @ParameterizedTest
    @MethodSource("families")
    void knowsTheNamesThatFamiliesHaveForTheirSizes(Map<String, Object> config) {
        PromptConfig filled = of(config).fill(NOTHING, TaskType.CAUSAL_LM);

        assertThat(filled)
                .isEqualTo(
                        PromptTuningConfig.builder()
                                .optTokenDim(384)
                                .optNumTransformerSubmodules(1)
                                .optNumAttentionHeads(12)
                                .optNumLayers(6)
                                .build());
    }

    @Test
    void givesTwoStacksToAnEncoderAndADecoderUnlessTheConfigSaysSo() {
        ModelDimensions model = of(Map.of("num_layers", 6, "d_model", 384, "num_heads", 12));
        PromptTuningConfig own = own().build();

        assertThat(model.fill(NOTHING, TaskType.SEQ_2_SEQ_LM).numTransformerSubmodules())
                .contains(2);
        assertThat(model.fill(own, TaskType.SEQ_2_SEQ_LM)).isEqualTo(own);
    }

    @Test
    void takesTheHeadsOfKeysForKeysWhateverTheConfigSays() {
        PromptTuningConfig filled = own().build();

        assertThat(of(Map.of("num_key_value_heads", 2)).forKeys(filled))
                .isEqualTo(own().optTokenDim(16).optNumAttentionHeads(2).build());
        assertThat(of(Map.of("num_key_value_heads", 2, "head_dim", 10)).forKeys(filled))
                .isEqualTo(own().optTokenDim(20).optNumAttentionHeads(2).build());
        assertThat(of(Map.of()).forKeys(filled)).isEqualTo(filled);
    }

    @Test
    void asksForWhatTheModelDoesNotSay() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(Map.of("num_layers", 2)).fill(NOTHING, TaskType.SEQ_CLS))
                .withMessage(
                        "The config of M has none of [hidden_size, n_embd, d_model, dim]. Please"
                                + " specify token_dim in the adapter's config.");
    }

    @Test
    void refusesNumbersBelowTheirLeast() {
        assertThatIllegalArgumentException()
                .isThrownBy(own().setNumVirtualTokens(-1)::build)
                .withMessage("num_virtual_tokens is -1; it must be at least 0.");
        assertThatIllegalArgumentException()
                .isThrownBy(own().optTokenDim(0)::build)
                .withMessage("token_dim is 0; it must be at least 1.");
        assertThatIllegalArgumentException()
                .isThrownBy(PrefixTuningConfig.builder().optEncoderHiddenSize(0)::build)
                .withMessage("encoder_hidden_size is 0; it must be at least 1.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PromptShape.of(NOTHING))
                .withMessageContaining("num_virtual_tokens is null");
    }
}
