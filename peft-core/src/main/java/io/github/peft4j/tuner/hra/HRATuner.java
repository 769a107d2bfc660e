package io.github.peft4j.tuner.hra;

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

/** HRA: puts reflections at each matched linear layer or convolution. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class HRATuner extends LayerTuner<HRAConfig> {

    /** For {@code ServiceLoader}. */
    public HRATuner() {
        super(HRAConfig.TYPE, DefaultTargets.LORA, LayerKind.LINEAR, LayerKind.CONVOLUTION);
    }

    @Override
    protected Adapter adapter(HRAConfig config, NewLayer layer) {
        if (layer.kind() == LayerKind.CONVOLUTION) {
            ConvolutionShape shape = layer.convolution();
            shape.requireSquareKernel(config.peftType());
            shape.requireOneGroup(config.peftType());
            shape.requireEvenSteps(config.peftType());
            return new HRAWeight(vectors(config, layer, shape.columns()), config.applyGs());
        }
        return new HRALinear(vectors(config, layer, layer.in()), config.applyGs());
    }

    private static Parameter vectors(HRAConfig config, NewLayer layer, long in) {
        int r = config.r();
        if (!config.initWeights() || r % 2 != 0) {
            return layer.trained("hra_u", layer.uniform(1 / Math.sqrt(r), in, r));
        }
        int half = r / 2;
        InitialValue vectors = layer.uniform(1 / Math.sqrt(half), in, half);
        return layer.trained("hra_u", vectors.then(new Shape(in, r), each -> each.repeat(1, 2)));
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
