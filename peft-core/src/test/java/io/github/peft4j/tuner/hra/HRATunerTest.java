package io.github.peft4j.tuner.hra;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class HRATunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return HRAConfig.builder().optR(4).optTargetModules("up", "down").build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of("base_model.model.up.hra_u", "base_model.model.down.hra_u");
    }

    /** Two equal reflections cancel but for rounding. */
    @Override
    protected double roundingAtStart() {
        return 1e-6;
    }
}
