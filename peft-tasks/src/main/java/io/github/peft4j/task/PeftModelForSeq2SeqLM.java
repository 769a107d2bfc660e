package io.github.peft4j.task;

import com.google.auto.service.AutoService;
import io.github.peft4j.PeftModel;
import io.github.peft4j.TaskModelProvider;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.BaseModel;
import io.github.peft4j.task.generate.GenerationConfig;
import io.github.peft4j.task.generate.GenerationResult;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;

/**
 * An encoder and a decoder with adapters in both. {@code all-linear} leaves the output layer out;
 * nothing is saved but the adapter.
 */
public final class PeftModelForSeq2SeqLM extends PeftModel {

    private PeftModelForSeq2SeqLM(BaseModel base, PeftConfig config, String name) {
        super(base, config, name);
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

    /** Makes the wrapper; found by {@code ServiceLoader}. */
    @AutoService(TaskModelProvider.class)
    public static final class Provider implements TaskModelProvider {

        /** For {@code ServiceLoader}. */
        public Provider() {}

        @Override
        public TaskType taskType() {
            return TaskType.SEQ_2_SEQ_LM;
        }

        @Override
        public PeftModel wrap(BaseModel base, PeftConfig config, String adapterName) {
            return new PeftModelForSeq2SeqLM(base, config, adapterName);
        }
    }
}
