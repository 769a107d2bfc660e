package io.github.peft4j.tuner.miss;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class MissBatTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        MissConfig.Builder bat = MissConfig.builder().optInitWeights(InitMissWeights.BAT);
        return bat.optR(2).optTargetModules("up").build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of("base_model.model.up.miss_block");
    }
}
