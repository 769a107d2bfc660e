package io.github.peft4j.tuner.road;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class RoadRandomTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return RoadConfig.builder()
                .optGroupSize(4)
                .optVariant(RoadVariant.ROAD_4)
                .optInitWeights(false)
                .optTargetModules("up")
                .build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of("base_model.model.up.road_theta", "base_model.model.up.road_alpha");
    }

    @Override
    protected boolean startsAsIdentity() {
        return false;
    }
}
