package io.github.peft4j.task.prompt;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.prefixtuning.PrefixTuningConfig;

class PrefixTuningCausalTest extends PromptContract {

    @Override
    PeftConfig config() {
        return PrefixTuningConfig.builder()
                .optTaskType(TaskType.CAUSAL_LM)
                .setNumVirtualTokens(3)
                .optPrefixProjection(true)
                .build();
    }

    @Override
    ImmutableSet<String> keys() {
        return ImmutableSet.of("prompt_embeddings");
    }

    @Override
    String model() {
        return "qwen2-causal";
    }

    @Override
    boolean trainsFromFile() {
        return false;
    }
}
