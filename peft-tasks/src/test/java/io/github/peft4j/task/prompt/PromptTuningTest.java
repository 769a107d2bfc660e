package io.github.peft4j.task.prompt;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.prompttuning.PromptTuningConfig;

class PromptTuningTest extends PromptContract {

    @Override
    PeftConfig config() {
        return PromptTuningConfig.builder()
                .optTaskType(TaskType.SEQ_CLS)
                .setNumVirtualTokens(3)
                .build();
    }

    @Override
    ImmutableSet<String> keys() {
        return ImmutableSet.of("prompt_embeddings");
    }
}
