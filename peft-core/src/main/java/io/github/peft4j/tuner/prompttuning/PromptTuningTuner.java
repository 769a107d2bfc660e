package io.github.peft4j.tuner.prompttuning;

import com.google.auto.service.AutoService;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.tuner.prompt.NewPrompt;
import io.github.peft4j.tuner.prompt.PromptRows;
import io.github.peft4j.tuner.prompt.PromptTuner;
import java.util.List;

/** Prompt tuning: puts a trained table of embeddings in front of every text. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class PromptTuningTuner extends PromptTuner<PromptTuningConfig> {

    /** For {@code ServiceLoader}. */
    public PromptTuningTuner() {
        super(PromptTuningConfig.TYPE);
    }

    @Override
    protected PromptRows rows(PromptTuningConfig config, NewPrompt prompt) {
        return prompt.table(PromptTable.start(config, prompt));
    }

    @Override
    protected List<String> warnings(PromptTuningConfig config) {
        return PromptTable.warnings(config);
    }
}
