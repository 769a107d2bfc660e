package io.github.peft4j.task.prompt;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.multitask.MultitaskPromptTuningConfig;

class MultitaskPromptTuningSeq2SeqTest extends PromptContract {

    @Override
    PeftConfig config() {
        return MultitaskPromptTuningConfig.builder()
                .optTaskType(TaskType.SEQ_2_SEQ_LM)
                .setNumVirtualTokens(3)
                .optNumTasks(2)
                .build();
    }

    @Override
    ImmutableSet<String> keys() {
        return ImmutableSet.of("prompt_embeddings", "prefix_task_cols", "prefix_task_rows");
    }

    @Override
    String model() {
        return "t5-seq2seq";
    }
}
