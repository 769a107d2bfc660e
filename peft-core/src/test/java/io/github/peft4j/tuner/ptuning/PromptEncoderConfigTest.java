package io.github.peft4j.tuner.ptuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import org.junit.jupiter.api.Test;

class PromptEncoderConfigTest {

    @Test
    void hasPeftsDefaults() {
        PromptEncoderConfig config = PromptEncoderConfig.builder().build();

        assertThat(config.encoderReparameterizationType()).isEqualTo("MLP");
        assertThat(config.encoderHiddenSize()).isNull();
        assertThat(config.encoderNumLayers()).isEqualTo(2);
        assertThat(config.encoderDropout()).isZero();
    }

    @Test
    void comesBackFromItsJson() {
        PromptEncoderConfig config =
                PromptEncoderConfig.builder()
                        .optTaskType(TaskType.CAUSAL_LM)
                        .setNumVirtualTokens(8)
                        .optEncoderReparameterizationType("LSTM")
                        .optEncoderHiddenSize(16)
                        .optEncoderNumLayers(3)
                        .optEncoderDropout(0.25)
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
    }

    @Test
    void refusesEncodersThatItDoesNotKnow() {
        PromptEncoderConfig.Builder builder = PromptEncoderConfig.builder();

        assertThatIllegalArgumentException()
                .isThrownBy(builder.optEncoderReparameterizationType("GRU")::build)
                .withMessageContaining("'GRU' is unknown. Use MLP (recommended) or LSTM.");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        builder.optEncoderReparameterizationType("LSTM").optEncoderNumLayers(0)
                                ::build)
                .withMessageContaining("encoder_num_layers is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(builder.optEncoderNumLayers(1).optEncoderDropout(1.5)::build)
                .withMessageContaining("encoder_dropout is 1.5");
        assertThatIllegalArgumentException()
                .isThrownBy(builder.optEncoderDropout(0).optEncoderHiddenSize(0)::build)
                .withMessageContaining("encoder_hidden_size is 0");
    }

    @Test
    void saysThatAnMlpHasItsOwnNumberOfLayers() {
        PromptEncoderConfig four = PromptEncoderConfig.builder().optEncoderNumLayers(4).build();

        assertThat(new PTuningTuner().warnings(four).toString())
                .contains("encoder_num_layers 4 is ignored");
        assertThat(new PTuningTuner().warnings(PromptEncoderConfig.builder().build())).isEmpty();
    }
}
