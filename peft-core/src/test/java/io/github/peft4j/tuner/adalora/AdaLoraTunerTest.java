package io.github.peft4j.tuner.adalora;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class AdaLoraTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return AdaLoraConfig.builder()
                .optTargetModules("up", "down")
                .optInitR(3)
                .setTotalStep(10)
                .build();
    }

    @Override
    protected PeftConfig secondConfig() {
        return ((AdaLoraConfig) config()).toBuilder().optInferenceMode(true).build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        ImmutableSet.Builder<String> keys = ImmutableSet.builder();
        for (String layer : new String[] {"up", "down"}) {
            for (String tensor : new String[] {"lora_A", "lora_B", "lora_E"}) {
                keys.add("base_model.model." + layer + "." + tensor);
            }
        }
        return keys.build();
    }
}
