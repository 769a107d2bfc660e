package io.github.peft4j.tuner.fourierft;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class FourierFTTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return FourierFTConfig.builder()
                .optTargetModules("up", "down")
                .optNFrequency(12)
                .optScaling(20)
                .build();
    }

    @Override
    protected boolean startsAsIdentity() {
        return false;
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.model.up.fourierft_spectrum",
                "base_model.model.down.fourierft_spectrum");
    }
}
