package io.github.peft4j.tuner.ptuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.config.PeftConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromptEncoderConfigTest {

    @Test
    void refusesEncodersThatItDoesNotKnow() {
        PromptEncoderConfig.Builder builder = PromptEncoderConfig.builder();

        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                PeftConfig.loadMap(
                                        Map.of(
                                                "peft_type",
                                                "P_TUNING",
                                                "encoder_reparameterization_type",
                                                "GRU")))
                .withMessageContaining(
                        "encoder_reparameterization_type is \"GRU\" but must be one of \"MLP\","
                                + " \"LSTM\"");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        builder.optEncoderReparameterizationType(
                                                PromptEncoderReparameterizationType.LSTM)
                                        .optEncoderNumLayers(0)
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
