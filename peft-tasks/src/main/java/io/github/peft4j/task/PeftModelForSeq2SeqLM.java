package io.github.peft4j.task;

import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.task.generate.GenerationResult;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;

/**
 * An encoder and a decoder with adapters in both. {@code all-linear} leaves the output layer out;
 * nothing is saved but the adapter.
 */
public final class PeftModelForSeq2SeqLM extends PeftModel {

    PeftModelForSeq2SeqLM(BaseModel base) {
        super(base);
    }

    /**
     * Answers prompts, with the adapters that are active now.
     *
     * @param prompts ids that the encoder reads
     * @param config for instance {@code GenerationConfig.fromPretrained(baseDirectory)}
     * @return the decoder's texts, from their start token on
     * @throws IllegalArgumentException if a prompt is too long, or the base has no output over a
     *     vocabulary
     * @see Generator for streaming
     */
    public GenerationResult generate(PromptBatch prompts, GenerationConfig config) {
        return Generator.of(this).generate(prompts, config);
    }
}
