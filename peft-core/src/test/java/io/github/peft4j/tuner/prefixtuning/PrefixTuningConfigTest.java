package io.github.peft4j.tuner.prefixtuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import org.junit.jupiter.api.Test;

class PrefixTuningConfigTest {

    @Test
    void hasPeftsDefaults() {
        PrefixTuningConfig config = PrefixTuningConfig.builder().build();

        assertThat(config.encoderHiddenSize()).isNull();
        assertThat(config.prefixProjection()).isFalse();
        assertThat(config.initWeights()).isNull();
    }

    @Test
    void comesBackFromItsJson() {
        PrefixTuningConfig config =
                PrefixTuningConfig.builder()
                        .optTaskType(TaskType.CAUSAL_LM)
                        .setNumVirtualTokens(8)
                        .optEncoderHiddenSize(16)
                        .optPrefixProjection(true)
                        .optInitWeights("zero")
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.startsAtZero()).isTrue();
    }

    @Test
    void refusesAProjectionOfNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(PrefixTuningConfig.builder().optEncoderHiddenSize(0)::build)
                .withMessageContaining("encoder_hidden_size is 0");
    }
}
