package io.github.peft4j.tuner.multitask;

import com.google.auto.service.AutoService;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.prompt.NewPrompt;
import io.github.peft4j.tuner.prompt.PromptRows;
import io.github.peft4j.tuner.prompt.PromptSite;
import io.github.peft4j.tuner.prompt.PromptTuner;
import io.github.peft4j.tuner.prompttuning.PromptTable;
import java.util.List;

/** Multitask prompt tuning: one prompt for several tasks, times a matrix of low rank for each. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class MultitaskPromptTuningTuner extends PromptTuner<MultitaskPromptTuningConfig> {

    /** For {@code ServiceLoader}. */
    public MultitaskPromptTuningTuner() {
        super(MultitaskPromptTuningConfig.TYPE);
    }

    @Override
    protected PromptRows rows(MultitaskPromptTuningConfig config, NewPrompt prompt) {
        return TaskPrompt.add(config, prompt);
    }

    @Override
    protected ModelAdapter adapter(
            MultitaskPromptTuningConfig config, PromptSite site, PromptRows rows) {
        return site.task() == TaskType.SEQ_2_SEQ_LM && site.shape().stacks() == 2
                ? new EncoderDecoderPromptAdapter(site, rows)
                : super.adapter(config, site, rows);
    }

    @Override
    protected List<String> warnings(MultitaskPromptTuningConfig config) {
        return PromptTable.warnings(
                config,
                MultitaskPromptTuningConfig.AVERAGE_SOURCE_TASKS,
                MultitaskPromptTuningConfig.EXACT_SOURCE_TASK,
                MultitaskPromptTuningConfig.ONLY_SOURCE_SHARED);
    }
}
