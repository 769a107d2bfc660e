package io.github.peft4j.task;

import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.task.generate.GenerationResult;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;

/**
 * A language model with adapters. {@code all-linear} leaves its output layer out; nothing is saved
 * but the adapter.
 */
public final class PeftModelForCausalLM extends PeftModel {

    PeftModelForCausalLM(BaseModel base) {
        super(base);
    }

    /**
     * Goes on from prompts, with the adapters that are active now.
     *
     * @param prompts ids, padded on the left
     * @param config for instance {@code GenerationConfig.fromPretrained(baseDirectory)}
     * @return prompts and answers
     * @throws IllegalArgumentException if a prompt is too long, or the base has no output over a
     *     vocabulary
     * @see Generator for streaming
     */
    public GenerationResult generate(PromptBatch prompts, GenerationConfig config) {
        return Generator.of(this).generate(prompts, config);
    }
}
