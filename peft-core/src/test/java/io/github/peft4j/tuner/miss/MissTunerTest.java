package io.github.peft4j.tuner.miss;

import com.google.common.collect.ImmutableSet;

import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class MissTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return MissConfig.builder().optR(4).optTargetModules("up", "down").build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.model.up.miss_block", "base_model.model.down.miss_block");
    }
}
