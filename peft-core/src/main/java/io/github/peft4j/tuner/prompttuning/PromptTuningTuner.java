package io.github.peft4j.tuner.prompttuning;

import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.adapter.FileTensor;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.tuner.Tuner;
import io.github.peft4j.tuner.prompt.EncodedPrompt;
import io.github.peft4j.tuner.prompt.PromptSite;
import io.github.peft4j.tuner.prompt.PromptTensors;
import io.github.peft4j.tuner.prompt.PromptTuner;
import java.util.List;

/** Prompt tuning: puts a trained table of embeddings in front of every text. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class PromptTuningTuner extends PromptTuner<PromptTuningConfig> {

    /** For {@code ServiceLoader}. */
    public PromptTuningTuner() {}

    @Override
    public PeftType type() {
        return PromptTuningConfig.TYPE;
    }

    @Override
    public Class<PromptTuningConfig> configType() {
        return PromptTuningConfig.class;
    }

    @Override
    public PromptTuningConfig parse(ConfigReader json) {
        return PromptTuningConfig.Builder.read(json);
    }

    @Override
    protected void addPrompt(PromptTuningConfig config, PromptSite site, AdapterSet.Builder set) {
        Parameter table =
                PromptTensors.trained(
                        EncodedPrompt.KEY,
                        PromptTable.of(
                                config.start(), site, set.manager(), config.inferenceMode()));
        set.optModelAdapter(
                "",
                before(
                        site,
                        ImmutableMap.of(EncodedPrompt.KEY, table),
                        (pass, input) -> pass.value(table)));
        set.addFileTensor(EncodedPrompt.KEY, FileTensor.required(table));
    }

    @Override
    protected List<String> warnings(PromptTuningConfig config) {
        return PromptTable.warnings(
                config.start(),
                ImmutableList.of(PromptStart.RANDOM, PromptStart.SAMPLE_VOCAB, PromptStart.TEXT));
    }
}
