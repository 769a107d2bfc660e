package io.github.peft4j.tuner.prefixtuning;

import ai.djl.ndarray.types.Shape;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.prompt.EncodedPrompt;
import io.github.peft4j.tuner.prompt.ModelDimensions;
import io.github.peft4j.tuner.prompt.NewPrompt;
import io.github.peft4j.tuner.prompt.PromptRows;
import io.github.peft4j.tuner.prompt.PromptSite;
import io.github.peft4j.tuner.prompt.PromptTuner;
import io.github.peft4j.tuner.prompt.config.PromptConfig;
import java.util.List;

/** Prefix tuning: gives every layer trained keys and values in front of its own. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class PrefixTuningTuner extends PromptTuner<PrefixTuningConfig> {

    /** For {@code ServiceLoader}. */
    public PrefixTuningTuner() {
        super(PrefixTuningConfig.TYPE);
    }

    @Override
    protected PromptConfig complete(
            PrefixTuningConfig config, ModelDimensions model, TaskType task) {
        return model.forKeys(super.complete(config, model, task));
    }

    @Override
    protected PromptRows rows(PrefixTuningConfig config, NewPrompt prompt) {
        prompt.set().optAllowsPacking(false);
        long tokens = prompt.shape().tokens();
        long width = 2L * prompt.shape().layers() * prompt.shape().dim();
        if (config.prefixProjection() && !config.inferenceMode()) {
            PrefixProjection projection = PrefixProjection.add(config, prompt, width);
            return new EncodedPrompt(new Shape(tokens, width), projection::prefix);
        }
        return prompt.table(
                config.startsAtZero() ? prompt.zeros(tokens, width) : prompt.normal(tokens, width));
    }

    @Override
    protected ModelAdapter adapter(PrefixTuningConfig config, PromptSite site, PromptRows rows) {
        return new PrefixAdapter(site, rows);
    }

    @Override
    protected List<String> warnings(PrefixTuningConfig config) {
        return config.initWeights().isEmpty() || config.startsAtZero()
                ? ImmutableList.of()
                : ImmutableList.of(
                        "init_weights '"
                                + config.initWeights().get()
                                + "' is unknown, so the prefix starts random, as in PEFT. Use"
                                + " \"zero\", or leave it out.");
    }
}
