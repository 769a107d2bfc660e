package io.github.peft4j.tuner.boft;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class BOFTTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return BOFTConfig.builder().optBoftBlockSize(2).optTargetModules("up", "down").build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.model.up.boft_R",
                "base_model.model.up.boft_s",
                "base_model.model.down.boft_R",
                "base_model.model.down.boft_s");
    }
}
