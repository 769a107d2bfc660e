package io.github.peft4j.tuner.prompttuning;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PromptTuningConfigTest {

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
