package io.github.peft4j.tuner.delora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.config.Bias;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.ops.Copies;
import io.github.peft4j.target.DefaultTargets;
import io.github.peft4j.target.NamePatterns;
import io.github.peft4j.tuner.InputDropout;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.StartValues;
import io.github.peft4j.tuner.Tuner;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/** DeLoRA: puts two thin matrices, a strength and the norms of the weight at each linear layer. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class DeloraTuner extends LayerTuner<DeloraConfig> {

    /** For {@code ServiceLoader}. */
    public DeloraTuner() {}

    @Override
    public PeftType type() {
        return DeloraConfig.TYPE;
    }

    @Override
    public Class<DeloraConfig> configType() {
        return DeloraConfig.class;
    }

    @Override
    public DeloraConfig parse(ConfigReader json) {
        return DeloraConfig.Builder.read(json);
    }

    @Override
    protected ImmutableSet<LayerKind> kinds() {
        return ImmutableSet.of(LayerKind.LINEAR);
    }

    @Override
    protected DefaultTargets defaultTargets() {
        return DefaultTargets.LORA;
    }

    @Override
    protected Bias biasRule(DeloraConfig config) {
        return config.bias().rule();
    }

    @Override
    protected LayerAdapters prepare(
            DeloraConfig config, AdapterSet.Builder set, List<LayerSite> sites) {
        ToIntFunction<String> ranks = config.scaling().ranks();
        ToDoubleFunction<String> lambdas = config.scaling().lambdas();
        InputDropout dropout =
                new InputDropout("module_dropout", config.moduleDropout().doubleValue());
        NDManager manager = set.manager();
        return site -> {
            LinearShape shape = LinearShape.of(site);
            int r = ranks.applyAsInt(site.path());
            float lambda = (float) lambdas.applyAsDouble(site.path());
            Shape wide = new Shape(shape.out(), r);
            NDArray a = StartValues.kaiming(manager, new Shape(r, shape.in()));
            NDArray b =
                    config.initWeights() ? manager.zeros(wide) : StartValues.kaiming(manager, wide);
            Parameter norms = columnNorms(site, manager);
            set.markBuffer(norms);
            return new DeloraLinear(
                    trained("delora_A", a),
                    trained("delora_B", b),
                    trained("delora_lambda", manager.full(new Shape(1), lambda)),
                    norms,
                    dropout);
        };
    }

    private static Parameter columnNorms(LayerSite site, NDManager manager) {
        try (NDManager scratch = manager.newSubManager()) {
            NDArray weight = Copies.detachedAs(site.requireWeight().getArray(), DataType.FLOAT32);
            weight.attach(scratch);
            NDArray norms = weight.square().sum(new int[] {0}).sqrt();
            norms.attach(manager);
            return frozen("delora_w_norm", norms);
        }
    }

    @Override
    protected DeloraConfig resolved(
            DeloraConfig config, TargetModules targets, List<LayerSite> sites) {
        return config.withTargets(targets);
    }

    @Override
    protected ImmutableList<NamePatterns<?>> patterns(DeloraConfig config) {
        return ImmutableList.of(config.scaling().rankExceptions());
    }
}
