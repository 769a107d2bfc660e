package io.github.peft4j.tuner.ia3;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.combine.SummableMethod;
import io.github.peft4j.combine.Summand;
import io.github.peft4j.combine.WeightedAdapterOptions;
import io.github.peft4j.combine.WeightedSum;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.PythonRegex;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.NewLayer;
import java.util.List;

/** IA3: puts a vector of factors at each matched linear layer or convolution. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class IA3Tuner extends LayerTuner<IA3Config> implements SummableMethod<IA3Config> {

    /** For {@code ServiceLoader}. */
    public IA3Tuner() {
        super(
                IA3Config.TYPE,
                IA3Targets.ADAPTED,
                LayerKind.LINEAR,
                LayerKind.CONV1D_TRANSPOSED,
                LayerKind.CONVOLUTION);
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
    protected Adapter adapter(IA3Config config, NewLayer layer) {
        boolean feedforward = isFeedforward(config, layer.path());
        if (layer.kind() == LayerKind.CONVOLUTION) {
            ConvolutionShape shape = layer.convolution();
            shape.requireAxes(config.peftType(), 2, 3);
            long features = feedforward ? shape.in() : shape.out();
            Parameter l = factors(config, layer, shape.withPoints(1, features));
            return feedforward ? new IA3Inputs(l, shape.form().groups()) : new IA3Outputs(l);
        }
        return feedforward
                ? new IA3Inputs(factors(config, layer, new Shape(1, layer.in())), 1)
                : new IA3Outputs(factors(config, layer, new Shape(layer.out(), 1)));
    }

    @Override
    public WeightedSum<IA3Config> weightedSum(
            List<Summand<IA3Config>> summands, WeightedAdapterOptions options) {
        return new IA3Sum(summands, options);
    }

    /** As PEFT has it: an end of a name counts even within a word. */
    private static boolean isFeedforward(IA3Config config, String path) {
        OneOrMany<String> names = config.feedforwardModules().orElseThrow();
        if (names.single()) {
            String regex = names.value();
            return PythonRegex.compile("feedforward_modules", regex, regex).matchesWhole(path);
        }
        return names.values().stream().anyMatch(path::endsWith);
    }

    private static Parameter factors(IA3Config config, NewLayer layer, Shape shape) {
        long[] sizes = shape.getShape();
        InitialValue start =
                config.initIa3Weights() ? layer.full(1, sizes) : layer.normal(1, sizes);
        return layer.trained("ia3_l", start);
    }
}
