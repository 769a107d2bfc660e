package io.github.peft4j.task.prompt;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.prefixtuning.PrefixTuningConfig;

class PrefixTuningSeq2SeqTest extends PromptContract {

    @Override
    PeftConfig config() {
        return PrefixTuningConfig.builder()
                .optTaskType(TaskType.SEQ_2_SEQ_LM)
                .setNumVirtualTokens(3)
                .build();
    }

    @Override
    ImmutableSet<String> keys() {
        return ImmutableSet.of("prompt_embeddings");
    }

    @Override
    String model() {
        return "bart-seq2seq";
    }
}
