package io.github.peft4j.tuner.vera;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class VeraTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return VeraConfig.builder().optTargetModules("up", "down").optR(5).build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.vera_A",
                "base_model.vera_B",
                "base_model.model.up.vera_lambda_b",
                "base_model.model.up.vera_lambda_d",
                "base_model.model.down.vera_lambda_b",
                "base_model.model.down.vera_lambda_d");
    }
}
