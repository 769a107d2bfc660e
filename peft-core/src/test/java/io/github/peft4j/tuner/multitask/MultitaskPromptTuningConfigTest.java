package io.github.peft4j.tuner.multitask;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class MultitaskPromptTuningConfigTest {

    @Test
    void asksForTheFileOfASource() {
        MultitaskPromptTuningConfig.Builder builder =
                MultitaskPromptTuningConfig.builder().optPromptTuningInit("AVERAGE_SOURCE_TASKS");

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageContaining("prompt_tuning_init_state_dict_path is null");
    }

    @Test
    void refusesNumbersBelowTheirLeast() {
        MultitaskPromptTuningConfig.Builder builder = MultitaskPromptTuningConfig.builder();

        assertThatIllegalArgumentException()
                .isThrownBy(builder.optNumRanks(0)::build)
                .withMessage("num_ranks is 0; it must be a positive integer. Pass 1, for example.");
        assertThatIllegalArgumentException()
                .isThrownBy(builder.optNumRanks(1).optNumTasks(0)::build)
                .withMessage("num_tasks is 0; it must be a positive integer. Pass 1, for example.");
        assertThatIllegalArgumentException()
                .isThrownBy(builder.optNumTasks(1).optPromptTuningInitTask(-1)::build)
                .withMessageContaining("prompt_tuning_init_task is -1");
    }
}
