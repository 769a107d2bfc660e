package io.github.peft4j.tuner.lntuning;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class LNTuningTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return LNTuningConfig.builder().optTargetModules("norm", "down").build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.model.norm.ln_tuning_layers.weight",
                "base_model.model.norm.ln_tuning_layers.bias",
                "base_model.model.down.ln_tuning_layers.weight",
                "base_model.model.down.ln_tuning_layers.bias");
    }

    @Override
    protected boolean takesTurns() {
        return true;
    }
}
