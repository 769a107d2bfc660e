package io.github.peft4j.tuner.vblora;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class VBLoRATunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return VBLoRAConfig.builder()
                .optTargetModules("up", "down")
                .optR(2)
                .optNumVectors(5)
                .optVectorLength(1)
                .build();
    }

    @Override
    protected boolean startsAsIdentity() {
        return false;
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.vblora_vector_bank",
                "base_model.model.up.vblora_logits_A",
                "base_model.model.up.vblora_logits_B",
                "base_model.model.down.vblora_logits_A",
                "base_model.model.down.vblora_logits_B");
    }
}
