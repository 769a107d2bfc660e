package io.github.peft4j.tuner.lora.bdlora;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.option.BdLoraConfig;
import java.util.List;

class BdLoraTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return LoraConfig.builder()
                .optR(2)
                .optLoraAlpha(3)
                .optUseBdlora(new BdLoraConfig(List.of("up", "down"), List.of(), 2))
                .optTargetModules("up", "down")
                .build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.model.up.lora_A.weight",
                "base_model.model.up.lora_B.weight",
                "base_model.model.down.lora_A.weight",
                "base_model.model.down.lora_B.weight");
    }
}
