package io.github.peft4j.tuner.lora.attach;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;
import io.github.peft4j.tuner.lora.LoraConfig;

class LoraOloraTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return LoraConfig.builder()
                .optR(2)
                .optLoraAlpha(3)
                .optTargetModules("up", "down")
                .optInitLoraWeights("olora")
                .build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return LoraKeys.OF_LINEAR_LAYERS;
    }

    @Override
    protected double roundingAtStart() {
        return 1e-6;
    }
}
