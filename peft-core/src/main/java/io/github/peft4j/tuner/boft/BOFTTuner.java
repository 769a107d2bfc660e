package io.github.peft4j.tuner.boft;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.NewLayer;
import java.util.List;

/** BOFT: puts a rotation and a scale at each matched linear layer or convolution. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class BOFTTuner extends LayerTuner<BOFTConfig> {

    private static final float SPREAD = 0.1f;

    /** For {@code ServiceLoader}. */
    public BOFTTuner() {
        super(BOFTConfig.TYPE, DefaultTargets.LORA, LayerKind.LINEAR, LayerKind.CONVOLUTION);
    }

    @Override
    protected Adapter adapter(BOFTConfig config, NewLayer layer) {
        if (layer.kind() == LayerKind.CONVOLUTION) {
            ConvolutionShape shape = layer.convolution();
            shape.requireSquareKernel(config.peftType());
            shape.requireOneGroup(config.peftType());
            shape.requireEvenSteps(config.peftType());
            return new BOFTWeight(
                    squares(config, layer, shape.columns()),
                    factors(config, layer, new Shape(1, shape.out())),
                    config.boftDropout());
        }
        return new BOFTLinear(
                squares(config, layer, layer.in()),
                factors(config, layer, new Shape(layer.out(), 1)),
                config.boftDropout());
    }

    private static Parameter squares(BOFTConfig config, NewLayer layer, long in) {
        long count = config.blocks().count(layer.path(), in);
        Shape shape = new Shape(1, count, in / count, in / count);
        return layer.trained("boft_R", start(config, 0, shape));
    }

    private static Parameter factors(BOFTConfig config, NewLayer layer, Shape shape) {
        return layer.trained("boft_s", start(config, 1, shape));
    }

    private static InitialValue start(BOFTConfig config, float mean, Shape shape) {
        return config.initWeights()
                ? InitialValue.full(mean, shape)
                : InitialValue.normal(mean, SPREAD, shape);
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
