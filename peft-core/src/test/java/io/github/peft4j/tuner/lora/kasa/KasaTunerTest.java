package io.github.peft4j.tuner.lora.kasa;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.option.KasaConfig;

class KasaTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return LoraConfig.builder()
                .optR(2)
                .optLoraAlpha(3)
                .optKasaConfig(new KasaConfig())
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
                "base_model.model.up.lora_diag",
                "base_model.model.down.lora_diag");
    }

    /** Parts of the base are left out from the start. */
    @Override
    protected boolean startsAsIdentity() {
        return false;
    }

    /** Each leaves the smallest parts out. */
    @Override
    protected boolean takesTurns() {
        return true;
    }
}
