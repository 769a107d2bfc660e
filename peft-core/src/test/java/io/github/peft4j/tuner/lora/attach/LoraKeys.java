package io.github.peft4j.tuner.lora.attach;

import com.google.common.collect.ImmutableSet;

/** The keys of plain LoRA: what a start keeps for itself must not be among them. */
final class LoraKeys {

    static final ImmutableSet<String> OF_LINEAR_LAYERS =
            ImmutableSet.of(
                    "base_model.model.up.lora_A.weight",
                    "base_model.model.up.lora_B.weight",
                    "base_model.model.down.lora_A.weight",
                    "base_model.model.down.lora_B.weight");

    private LoraKeys() {}
}
