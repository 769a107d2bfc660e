package io.github.peft4j.tuner.multitask;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.adapter.FileTensor;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.Tuner;
import io.github.peft4j.tuner.prompt.EncodedPrompt;
import io.github.peft4j.tuner.prompt.PromptShape;
import io.github.peft4j.tuner.prompt.PromptSite;
import io.github.peft4j.tuner.prompt.PromptTensors;
import io.github.peft4j.tuner.prompt.PromptTuner;
import io.github.peft4j.tuner.prompttuning.PromptStart;
import io.github.peft4j.tuner.prompttuning.PromptTable;
import java.util.List;

/** Multitask prompt tuning: one prompt for several tasks, times a matrix of low rank for each. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class MultitaskPromptTuningTuner extends PromptTuner<MultitaskPromptTuningConfig> {

    private static final double DEVIATION = 0.02;

    /** For {@code ServiceLoader}. */
    public MultitaskPromptTuningTuner() {}

    @Override
    public PeftType type() {
        return MultitaskPromptTuningConfig.TYPE;
    }

    @Override
    public Class<MultitaskPromptTuningConfig> configType() {
        return MultitaskPromptTuningConfig.class;
    }

    @Override
    public MultitaskPromptTuningConfig parse(ConfigReader json) {
        return MultitaskPromptTuningConfig.Builder.read(json);
    }

    @Override
    protected void addPrompt(
            MultitaskPromptTuningConfig config, PromptSite site, AdapterSet.Builder set) {
        TaskPrompt prompt = prompt(config, site, set.manager());
        String source = config.promptTuningInitStateDictPath();
        if (config.startsFromSource() && !config.inferenceMode() && source != null) {
            new SourceTasks(source).copyTo(prompt, config);
        }
        if (site.task() == TaskType.SEQ_2_SEQ_LM && site.shape().stacks() == 2) {
            site.requireWidthOfWords();
            set.optModelAdapter("", new PromptBeforeBoth(prompt, site));
        } else {
            set.optModelAdapter("", before(site, prompt.parameters(), prompt));
        }
        prompt.parameters()
                .forEach((key, tensor) -> set.addFileTensor(key, FileTensor.required(tensor)));
    }

    private static TaskPrompt prompt(
            MultitaskPromptTuningConfig config, PromptSite site, NDManager manager) {
        PromptShape shape = site.shape();
        int tasks = config.numTasks();
        int ranks = config.numRanks();
        Parameter table =
                PromptTensors.trained(
                        EncodedPrompt.KEY,
                        PromptTable.of(config.start(), site, manager, config.inferenceMode()));
        Parameter cols =
                PromptTensors.trained(
                        TaskPrompt.COLS,
                        PromptTensors.normal(manager, DEVIATION, tasks, shape.rows(), ranks));
        Parameter rows =
                PromptTensors.trained(
                        TaskPrompt.ROWS,
                        PromptTensors.normal(manager, DEVIATION, tasks, ranks, shape.dim()));
        return new TaskPrompt(table, cols, rows);
    }

    @Override
    protected List<String> warnings(MultitaskPromptTuningConfig config) {
        return PromptTable.warnings(
                config.start(),
                ImmutableList.of(
                        PromptStart.RANDOM,
                        PromptStart.SAMPLE_VOCAB,
                        PromptStart.TEXT,
                        MultitaskPromptTuningConfig.AVERAGE_SOURCE_TASKS,
                        MultitaskPromptTuningConfig.EXACT_SOURCE_TASK,
                        MultitaskPromptTuningConfig.ONLY_SOURCE_SHARED));
    }
}
