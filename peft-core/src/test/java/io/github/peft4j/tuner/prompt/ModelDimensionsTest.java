package io.github.peft4j.tuner.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInfo;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ModelDimensionsTest {

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

    @ParameterizedTest
    @MethodSource("families")
    void knowsTheNamesThatFamiliesHaveForTheirSizes(Map<String, Object> config) {
        VirtualTokens filled = of(config).fill(VirtualTokens.DEFAULT, TaskType.CAUSAL_LM);

        assertThat(filled).isEqualTo(new VirtualTokens(null, 384, 1, 12, 6, null));
    }

    @Test
    void givesTwoStacksToAnEncoderAndADecoderUnlessTheConfigSaysSo() {
        ModelDimensions model = of(Map.of("num_layers", 6, "d_model", 384, "num_heads", 12));
        VirtualTokens own = new VirtualTokens(4, 8, 1, 2, 3, null);

        assertThat(
                        model.fill(VirtualTokens.DEFAULT, TaskType.SEQ_2_SEQ_LM)
                                .numTransformerSubmodules())
                .isEqualTo(2);
        assertThat(model.fill(own, TaskType.SEQ_2_SEQ_LM)).isEqualTo(own);
    }

    @Test
    void takesTheHeadsOfKeysForKeysWhateverTheConfigSays() {
        VirtualTokens filled = new VirtualTokens(4, 32, 1, 4, 2, null);

        assertThat(of(Map.of("num_key_value_heads", 2)).forKeys(filled))
                .isEqualTo(new VirtualTokens(4, 16, 1, 2, 2, null));
        assertThat(of(Map.of("num_key_value_heads", 2, "head_dim", 10)).forKeys(filled))
                .isEqualTo(new VirtualTokens(4, 20, 1, 2, 2, null));
        assertThat(of(Map.of()).forKeys(filled)).isEqualTo(filled);
    }

    @Test
    void asksForWhatTheModelDoesNotSay() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                of(Map.of("num_layers", 2))
                                        .fill(VirtualTokens.DEFAULT, TaskType.SEQ_CLS))
                .withMessage(
                        "The config of M has none of [hidden_size, n_embd, d_model, dim]. Please"
                                + " specify token_dim in the adapter's config.");
    }

    @Test
    void refusesNumbersBelowTheirLeast() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VirtualTokens.DEFAULT.withNumVirtualTokens(-1))
                .withMessage("num_virtual_tokens is -1; give at least 0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VirtualTokens.DEFAULT.withTokenDim(0))
                .withMessage("token_dim is 0; give at least 1.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PromptShape.of(VirtualTokens.DEFAULT))
                .withMessageContaining("num_virtual_tokens is null");
    }
}
