package io.github.peft4j.tuner.hra;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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
import io.github.peft4j.target.DefaultTargets;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.Tuner;
import java.util.List;

/** HRA: puts reflections at each matched linear layer or convolution. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class HRATuner extends LayerTuner<HRAConfig> {

    /** For {@code ServiceLoader}. */
    public HRATuner() {}

    @Override
    public PeftType type() {
        return HRAConfig.TYPE;
    }

    @Override
    public Class<HRAConfig> configType() {
        return HRAConfig.class;
    }

    @Override
    public HRAConfig parse(ConfigReader json) {
        return HRAConfig.Builder.read(json);
    }

    @Override
    protected ImmutableSet<LayerKind> kinds() {
        return ImmutableSet.of(LayerKind.LINEAR, LayerKind.CONVOLUTION);
    }

    @Override
    protected DefaultTargets defaultTargets() {
        return DefaultTargets.LORA;
    }

    @Override
    protected Bias biasRule(HRAConfig config) {
        return config.bias().rule();
    }

    @Override
    protected LayerAdapters prepare(
            HRAConfig config, AdapterSet.Builder set, List<LayerSite> sites) {
        return site -> {
            if (site.kind() == LayerKind.CONVOLUTION) {
                ConvolutionShape shape = ConvolutionShape.of(site);
                shape.requireSquareKernel(HRAConfig.TYPE);
                shape.requireOneGroup(HRAConfig.TYPE);
                shape.requireEvenSteps(HRAConfig.TYPE);
                return new HRAWeight(vectors(config, set, shape.columns()), config.applyGs());
            }
            long in = LinearShape.of(site).in();
            return new HRALinear(vectors(config, set, in), config.applyGs());
        };
    }

    private static Parameter vectors(HRAConfig config, AdapterSet.Builder set, long in) {
        NDManager manager = set.manager();
        int r = config.r();
        if (!config.initWeights() || r % 2 != 0) {
            return trained("hra_u", uniform(manager, in, r));
        }
        try (NDArray half = uniform(manager, in, r / 2)) {
            NDArray pairs = half.repeat(1, 2);
            pairs.attach(manager);
            return trained("hra_u", pairs);
        }
    }

    private static NDArray uniform(NDManager manager, long in, int r) {
        float bound = (float) (1 / Math.sqrt(r));
        return manager.randomUniform(-bound, bound, new Shape(in, r));
    }

    @Override
    protected HRAConfig resolved(HRAConfig config, TargetModules targets, List<LayerSite> sites) {
        return config.withTargets(targets);
    }

    @Override
    protected ImmutableList<String> warnings(HRAConfig config, List<LayerSite> adapted) {
        return config.initWeights() && config.r() % 2 != 0
                ? ImmutableList.of(
                        "r is "
                                + config.r()
                                + ": the symmetric initialization can not be performed when r is"
                                + " odd, so the adapter does not start as the identity. Choose an"
                                + " even r.")
                : ImmutableList.of();
    }
}
