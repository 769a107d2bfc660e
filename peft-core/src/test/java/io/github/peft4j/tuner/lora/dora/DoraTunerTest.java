package io.github.peft4j.tuner.lora.dora;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;
import io.github.peft4j.tuner.lora.LoraConfig;

class DoraTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return LoraConfig.builder()
                .optR(2)
                .optLoraAlpha(3)
                .optUseDora(true)
                .optTargetModules("table", "up", "down")
                .build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.model.table.lora_embedding_A",
                "base_model.model.table.lora_embedding_B",
                "base_model.model.table.lora_magnitude_vector",
                "base_model.model.up.lora_A.weight",
                "base_model.model.up.lora_B.weight",
                "base_model.model.up.lora_magnitude_vector",
                "base_model.model.down.lora_A.weight",
                "base_model.model.down.lora_B.weight",
                "base_model.model.down.lora_magnitude_vector");
    }
}
