package io.github.peft4j.tuner.road;

import ai.djl.ndarray.types.Shape;
import com.google.auto.service.AutoService;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.NewLayer;

/** RoAd: puts angles and factors for pairs of outputs at each matched linear layer. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class RoadTuner extends LayerTuner<RoadConfig> {

    /** For {@code ServiceLoader}. */
    public RoadTuner() {
        super(RoadConfig.TYPE, DefaultTargets.LORA, LayerKind.LINEAR);
    }

    @Override
    protected Adapter adapter(RoadConfig config, NewLayer layer) {
        int group = config.groupSize();
        long out = layer.out();
        layer.require(out % group == 0, "group_size", group, "a divisor of out_features = " + out);
        long size = config.variant().size(out);
        boolean init = config.initWeights();
        InitialValue theta = init ? layer.zeros(size) : layer.normal(0.5, size);
        InitialValue alpha =
                init ? layer.full(1, size) : InitialValue.normal(1, 0.5, new Shape(size));
        return new RoadLinear(
                layer.trained("road_theta", theta), layer.trained("road_alpha", alpha), group);
    }
}
