package io.github.peft4j.tuner.ia3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.target.DefaultTargets;
import io.github.peft4j.target.PythonRegex;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.Tuner;
import java.util.List;
import java.util.function.Predicate;

/** IA3: puts a vector of factors at each matched linear layer or convolution. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class IA3Tuner extends LayerTuner<IA3Config> {

    /** For {@code ServiceLoader}. */
    public IA3Tuner() {}

    @Override
    public PeftType type() {
        return IA3Config.TYPE;
    }

    @Override
    public Class<IA3Config> configType() {
        return IA3Config.class;
    }

    @Override
    public IA3Config parse(ConfigReader json) {
        return IA3Config.Builder.read(json);
    }

    @Override
    protected ImmutableSet<LayerKind> kinds() {
        return ImmutableSet.of(
                LayerKind.LINEAR, LayerKind.CONV1D_TRANSPOSED, LayerKind.CONVOLUTION);
    }

    @Override
    protected DefaultTargets defaultTargets() {
        return IA3Targets.ADAPTED;
    }

    /** The feed-forward layers are among the targets by name, so the names stay as they are. */
    @Override
    protected boolean condensesTargets() {
        return false;
    }

    @Override
    protected IA3Config complete(IA3Config config, ModelInfo info) {
        return IA3Targets.complete(config, info.modelType());
    }

    @Override
    protected LayerAdapters prepare(
            IA3Config config, AdapterSet.Builder set, List<LayerSite> sites) {
        Predicate<String> feedforward = feedforward(config.feedforwardModules().orElseThrow());
        return site -> {
            if (site.kind() == LayerKind.CONVOLUTION) {
                return convolution(config, set, site, feedforward.test(site.path()));
            }
            LinearShape shape = LinearShape.of(site);
            return feedforward.test(site.path())
                    ? new IA3Inputs(factors(config, set, new Shape(1, shape.in())), 1)
                    : new IA3Outputs(factors(config, set, new Shape(shape.out(), 1)));
        };
    }

    private static Adapter convolution(
            IA3Config config, AdapterSet.Builder set, LayerSite site, boolean feedforward) {
        ConvolutionShape shape = ConvolutionShape.of(site);
        shape.requireAxes(IA3Config.TYPE, 2, 3);
        long features = feedforward ? shape.in() : shape.out();
        Parameter l = factors(config, set, shape.withPoints(1, features));
        return feedforward ? new IA3Inputs(l, shape.form().groups()) : new IA3Outputs(l);
    }

    /** As PEFT has it: an end of a name counts even within a word. */
    private static Predicate<String> feedforward(OneOrMany<String> names) {
        if (names.single()) {
            String regex = names.value();
            return PythonRegex.compile("feedforward_modules", regex, regex)::matchesWhole;
        }
        return path -> names.values().stream().anyMatch(path::endsWith);
    }

    private static Parameter factors(IA3Config config, AdapterSet.Builder set, Shape shape) {
        NDManager manager = set.manager();
        NDArray start = config.initIa3Weights() ? manager.ones(shape) : manager.randomNormal(shape);
        return trained("ia3_l", start);
    }

    @Override
    protected IA3Config resolved(IA3Config config, TargetModules targets, List<LayerSite> sites) {
        return config.toBuilder()
                .optTargets(targets)
                .optFanInFanOut(transposed(config.fanInFanOut(), sites))
                .build();
    }
}
