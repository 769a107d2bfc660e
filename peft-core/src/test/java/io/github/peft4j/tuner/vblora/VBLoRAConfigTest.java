package io.github.peft4j.tuner.vblora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.PeftConfig;
import org.junit.jupiter.api.Test;

class VBLoRAConfigTest {

    @Test
    void hasPeftsDefaults() {
        VBLoRAConfig config = VBLoRAConfig.builder().build();

        assertThat(config.r()).isEqualTo(4);
        assertThat(config.bank()).isEqualTo(new BankOptions(256, 256, 0.02));
        assertThat(config.logits()).isEqualTo(new LogitsOptions(2, false, 0.1));
        assertThat(config.vbloraDropout()).isEqualTo(0.0);
    }

    @Test
    void comesBackFromItsJson() {
        VBLoRAConfig config =
                VBLoRAConfig.builder()
                        .optTargetModules("value")
                        .optR(2)
                        .optNumVectors(30)
                        .optVectorLength(8)
                        .optTopk(3)
                        .optSaveOnlyTopkWeights(true)
                        .optVbloraDropout(0.25)
                        .optInitVectorBankBound(0.5)
                        .optInitLogitsStd(0.75)
                        .optBias(BiasOption.adaptedLayers(VBLoRAConfig.TYPE))
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    @Test
    void namesWhatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VBLoRAConfig.builder().optR(0).build())
                .withMessageStartingWith("r is 0; it must be a positive integer");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VBLoRAConfig.builder().optTopk(0).build())
                .withMessageStartingWith("topk is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VBLoRAConfig.builder().optNumVectors(0).build())
                .withMessageStartingWith("num_vectors is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VBLoRAConfig.builder().optVectorLength(-1).build())
                .withMessageStartingWith("vector_length is -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VBLoRAConfig.builder().optVbloraDropout(2).build())
                .withMessageStartingWith("vblora_dropout is 2.0");
    }
}
