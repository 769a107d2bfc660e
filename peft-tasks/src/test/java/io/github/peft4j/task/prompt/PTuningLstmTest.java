package io.github.peft4j.task.prompt;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.ptuning.PromptEncoderConfig;
import io.github.peft4j.tuner.ptuning.PromptEncoderReparameterizationType;

class PTuningLstmTest extends PromptContract {

    @Override
    PeftConfig config() {
        return PromptEncoderConfig.builder()
                .optTaskType(TaskType.CAUSAL_LM)
                .setNumVirtualTokens(3)
                .optEncoderHiddenSize(12)
                .optEncoderReparameterizationType(PromptEncoderReparameterizationType.LSTM)
                .build();
    }

    @Override
    ImmutableSet<String> keys() {
        return ImmutableSet.of("prompt_embeddings");
    }

    @Override
    String model() {
        return "llama-causal";
    }

    @Override
    boolean trainsFromFile() {
        return false;
    }
}
