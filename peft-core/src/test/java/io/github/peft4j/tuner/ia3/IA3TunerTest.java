package io.github.peft4j.tuner.ia3;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class IA3TunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return IA3Config.builder()
                .optTargetModules("up", "down")
                .optFeedforwardModules("down")
                .build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of("base_model.model.up.ia3_l", "base_model.model.down.ia3_l");
    }
}
