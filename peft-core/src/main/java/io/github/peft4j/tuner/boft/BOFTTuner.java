package io.github.peft4j.tuner.boft;

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
import io.github.peft4j.target.DefaultTargets;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.Tuner;
import java.util.List;

/** BOFT: puts a rotation and a scale at each matched linear layer or convolution. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class BOFTTuner extends LayerTuner<BOFTConfig> {

    private static final float SPREAD = 0.1f;

    /** For {@code ServiceLoader}. */
    public BOFTTuner() {}

    @Override
    public PeftType type() {
        return BOFTConfig.TYPE;
    }

    @Override
    public Class<BOFTConfig> configType() {
        return BOFTConfig.class;
    }

    @Override
    public BOFTConfig parse(ConfigReader json) {
        return BOFTConfig.Builder.read(json);
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
    protected Bias biasRule(BOFTConfig config) {
        return config.bias().rule();
    }

    @Override
    protected LayerAdapters prepare(
            BOFTConfig config, AdapterSet.Builder set, List<LayerSite> sites) {
        double dropout = config.boftDropout().doubleValue();
        return site -> {
            if (site.kind() == LayerKind.CONVOLUTION) {
                ConvolutionShape shape = ConvolutionShape.of(site);
                shape.requireSquareKernel(BOFTConfig.TYPE);
                shape.requireOneGroup(BOFTConfig.TYPE);
                shape.requireEvenSteps(BOFTConfig.TYPE);
                return new BOFTWeight(
                        squares(config, set, site, shape.columns()),
                        factors(config, set, new Shape(1, shape.out())),
                        dropout);
            }
            LinearShape shape = LinearShape.of(site);
            return new BOFTLinear(
                    squares(config, set, site, shape.in()),
                    factors(config, set, new Shape(shape.out(), 1)),
                    dropout);
        };
    }

    private static Parameter squares(
            BOFTConfig config, AdapterSet.Builder set, LayerSite site, long in) {
        long count = config.blocks().count(site.path(), in);
        Shape shape = new Shape(1, count, in / count, in / count);
        return trained("boft_R", start(config, set.manager(), 0, shape));
    }

    private static Parameter factors(BOFTConfig config, AdapterSet.Builder set, Shape shape) {
        return trained("boft_s", start(config, set.manager(), 1, shape));
    }

    private static NDArray start(BOFTConfig config, NDManager manager, float mean, Shape shape) {
        return config.initWeights()
                ? manager.full(shape, mean)
                : manager.randomNormal(mean, SPREAD, shape, DataType.FLOAT32);
    }

    @Override
    protected BOFTConfig resolved(BOFTConfig config, TargetModules targets, List<LayerSite> sites) {
        return config.toBuilder()
                .optTargets(targets)
                .optFanInFanOut(transposed(config.fanInFanOut(), sites))
                .build();
    }

    /** PEFT says so whatever the factor is. */
    @Override
    protected ImmutableList<String> warnings(BOFTConfig config, List<LayerSite> adapted) {
        return ImmutableList.of(
                "boft_n_butterfly_factor (here "
                        + config.boftNButterflyFactor()
                        + ") acts as 1, as in Python PEFT without its CUDA extension: an adapter"
                        + " that was trained with more factors cannot be loaded.");
    }
}
