package io.github.peft4j.tuner.prompttuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.prompt.VirtualTokens;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromptTuningConfigTest {

    @Test
    void hasPeftsDefaults() {
        PromptTuningConfig config = PromptTuningConfig.builder().build();

        assertThat(config.start()).isEqualTo(PromptStart.DEFAULT);
        assertThat(config.virtualTokens()).isEqualTo(VirtualTokens.DEFAULT);
        assertThat(config.toMap())
                .containsEntry("prompt_tuning_init", "RANDOM")
                .containsEntry("num_virtual_tokens", null)
                .hasSize(17);
    }

    @Test
    void comesBackFromItsJson() {
        PromptTuningConfig config =
                PromptTuningConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .setNumVirtualTokens(8)
                        .optTokenDim(32)
                        .optNumTransformerSubmodules(1)
                        .optNumAttentionHeads(4)
                        .optNumLayers(2)
                        .optModulesToSave("classifier", "score", "classifier")
                        .optPromptTuningInit("TEXT")
                        .optPromptTuningInitText("good or bad")
                        .optTokenizerNameOrPath("bert")
                        .optTokenizerKwargs(Map.of("subfolder", "x"))
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    @Test
    void asksForWhatATextNeeds() {
        PromptTuningConfig.Builder builder =
                PromptTuningConfig.builder().optPromptTuningInit("TEXT");

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageContaining("tokenizer_name_or_path is null");
        assertThatIllegalArgumentException()
                .isThrownBy(builder.optTokenizerNameOrPath("bert")::build)
                .withMessageContaining("prompt_tuning_init_text is null");
    }

    @Test
    void refusesOptionsOfATokenizerThatNothingReads() {
        assertThatIllegalArgumentException()
                .isThrownBy(PromptTuningConfig.builder().optTokenizerKwargs(Map.of("a", 1))::build)
                .withMessageContaining("tokenizer_kwargs {a=1}");
    }
}
