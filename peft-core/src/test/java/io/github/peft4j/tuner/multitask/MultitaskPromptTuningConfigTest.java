package io.github.peft4j.tuner.multitask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import org.junit.jupiter.api.Test;

class MultitaskPromptTuningConfigTest {

    @Test
    void hasPeftsDefaults() {
        MultitaskPromptTuningConfig config = MultitaskPromptTuningConfig.builder().build();

        assertThat(config.numRanks()).isEqualTo(1);
        assertThat(config.numTasks()).isEqualTo(1);
        assertThat(config.promptTuningInitTask()).isZero();
        assertThat(config.startsFromSource()).isFalse();
    }

    @Test
    void comesBackFromItsJson() {
        MultitaskPromptTuningConfig config =
                MultitaskPromptTuningConfig.builder()
                        .optTaskType(TaskType.SEQ_2_SEQ_LM)
                        .setNumVirtualTokens(8)
                        .optPromptTuningInit("EXACT_SOURCE_TASK")
                        .optPromptTuningInitStateDictPath("source.safetensors")
                        .optPromptTuningInitTask(2)
                        .optNumRanks(3)
                        .optNumTasks(4)
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.startsFromSource()).isTrue();
    }

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
                .withMessage("num_ranks is 0; give at least 1.");
        assertThatIllegalArgumentException()
                .isThrownBy(builder.optNumRanks(1).optNumTasks(0)::build)
                .withMessage("num_tasks is 0; give at least 1.");
        assertThatIllegalArgumentException()
                .isThrownBy(builder.optNumTasks(1).optPromptTuningInitTask(-1)::build)
                .withMessageContaining("prompt_tuning_init_task is -1");
    }
}
