package io.github.peft4j.tuner.lora.velora;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.option.VeloraConfig;

class VeloraTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return LoraConfig.builder()
                .optR(2)
                .optLoraAlpha(3)
                .optVeloraConfig(new VeloraConfig(2, 1, VeloraConfig.BATCH_AVERAGE))
                .optTargetModules("up", "down")
                .build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.model.up.lora_A.weight",
                "base_model.model.up.lora_B.weight",
                "base_model.model.down.lora_A.weight",
                "base_model.model.down.lora_B.weight",
                "base_model.model.up.lora_velora_embed",
                "base_model.model.down.lora_velora_embed");
    }
}
