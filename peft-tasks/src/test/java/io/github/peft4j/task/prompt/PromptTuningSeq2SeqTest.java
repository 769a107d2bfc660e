package io.github.peft4j.task.prompt;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.prompttuning.PromptTuningConfig;

class PromptTuningSeq2SeqTest extends PromptContract {

    @Override
    PeftConfig config() {
        return PromptTuningConfig.builder()
                .optTaskType(TaskType.SEQ_2_SEQ_LM)
                .setNumVirtualTokens(3)
                .optNumTransformerSubmodules(1)
                .build();
    }

    @Override
    ImmutableSet<String> keys() {
        return ImmutableSet.of("prompt_embeddings");
    }

    @Override
    String model() {
        return "t5-seq2seq";
    }
}
