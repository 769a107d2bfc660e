package io.github.peft4j.tuner.prefixtuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.adapter.FileTensor;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.Tuner;
import io.github.peft4j.tuner.prompt.EncodedPrompt;
import io.github.peft4j.tuner.prompt.ModelDimensions;
import io.github.peft4j.tuner.prompt.PromptShape;
import io.github.peft4j.tuner.prompt.PromptSite;
import io.github.peft4j.tuner.prompt.PromptTensors;
import io.github.peft4j.tuner.prompt.PromptTuner;
import java.util.List;

/** Prefix tuning: gives every layer trained keys and values in front of its own. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class PrefixTuningTuner extends PromptTuner<PrefixTuningConfig> {

    /** For {@code ServiceLoader}. */
    public PrefixTuningTuner() {}

    @Override
    public PeftType type() {
        return PrefixTuningConfig.TYPE;
    }

    @Override
    public Class<PrefixTuningConfig> configType() {
        return PrefixTuningConfig.class;
    }

    @Override
    public PrefixTuningConfig parse(ConfigReader json) {
        return PrefixTuningConfig.Builder.read(json);
    }

    @Override
    protected PrefixTuningConfig complete(
            PrefixTuningConfig config, ModelDimensions model, TaskType task) {
        PrefixTuningConfig filled = super.complete(config, model, task);
        PrefixTuningConfig keys = with(filled, model.forKeys(filled.virtualTokens()));
        Integer dim = keys.virtualTokens().tokenDim();
        return keys.encoderHiddenSize() == null && dim != null
                ? keys.toBuilder().optEncoderHiddenSize(dim).build()
                : keys;
    }

    @Override
    protected void addPrompt(PrefixTuningConfig config, PromptSite site, AdapterSet.Builder set) {
        set.optAllowsPacking(false);
        if (config.prefixProjection() && !config.inferenceMode()) {
            addProjection(config, site, set);
            return;
        }
        Parameter prefix = PromptTensors.trained(EncodedPrompt.KEY, start(config, site, set));
        set.optModelAdapter(
                "",
                new PrefixAdapter(
                        ImmutableMap.of(EncodedPrompt.KEY, prefix),
                        site,
                        pass -> pass.value(prefix)));
        set.addFileTensor(EncodedPrompt.KEY, FileTensor.required(prefix));
    }

    private static NDArray start(
            PrefixTuningConfig config, PromptSite site, AdapterSet.Builder set) {
        NDManager manager = set.manager();
        Shape shape = shape(site.shape());
        return config.startsAtZero()
                ? manager.zeros(shape)
                : PromptTensors.normal(manager, shape.getShape());
    }

    private static void addProjection(
            PrefixTuningConfig config, PromptSite site, AdapterSet.Builder set) {
        PrefixProjection projection = PrefixProjection.add(set, config, site.shape());
        set.optModelAdapter("", new PrefixAdapter(ImmutableMap.of(), site, projection::prefix));
        set.addFileTensor(
                EncodedPrompt.KEY, new EncodedPrompt(shape(site.shape()), projection::prefix));
    }

    private static Shape shape(PromptShape shape) {
        return new Shape(shape.tokens(), 2L * shape.layers() * shape.dim());
    }

    @Override
    protected List<String> warnings(PrefixTuningConfig config) {
        String init = config.initWeights();
        return init == null || config.startsAtZero()
                ? ImmutableList.of()
                : ImmutableList.of(
                        "init_weights '"
                                + init
                                + "' is unknown, so the prefix starts random, as in PEFT. Use"
                                + " \"zero\", or leave it out.");
    }
}
