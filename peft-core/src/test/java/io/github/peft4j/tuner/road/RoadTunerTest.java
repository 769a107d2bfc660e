package io.github.peft4j.tuner.road;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.testkit.TunerContract;
import org.junit.jupiter.api.Test;

class RoadTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return RoadConfig.builder().optGroupSize(2).optTargetModules("up").build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of("base_model.model.up.road_theta", "base_model.model.up.road_alpha");
    }

    @Test
    void refusesGroupsThatDoNotFitTheLayer() {
        PeftConfig up = RoadConfig.builder().optGroupSize(6).optTargetModules("up").build();
        try (ToyModel toy = ToyModel.ours()) {
            assertThatThrownBy(() -> PeftModels.getPeftModel(toy.base().block(), up))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "group_size is 6, but at up it must be a divisor of out_features = 8."
                                    + " Choose another group_size, or leave the layer out of the"
                                    + " targets.");
        }
    }
}
