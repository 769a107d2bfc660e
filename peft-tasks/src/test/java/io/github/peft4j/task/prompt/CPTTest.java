package io.github.peft4j.task.prompt;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.cpt.CPTConfig;

class CPTTest extends PromptContract {

    @Override
    PeftConfig config() {
        return CPTConfig.builder()
                .optTaskType(TaskType.CAUSAL_LM)
                .optCptTokenIds(ImmutableList.of(5, 6, 7, 8))
                .optCptTokensTypeMask(ImmutableList.of(1, 2, 3, 4))
                .optProjectionEpsilon(0.5)
                .optWeightedLossType("decay")
                .optLossDecayFactor(0.9)
                .build();
    }

    @Override
    ImmutableSet<String> keys() {
        return ImmutableSet.of("prompt_embeddings");
    }

    @Override
    String model() {
        return "gpt2-causal";
    }

    @Override
    boolean trainsFromFile() {
        return false;
    }
}
