package io.github.peft4j.tuner.lora.monteclora;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.option.MontecloraConfig;

class MontecloraTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return LoraConfig.builder()
                .optR(2)
                .optLoraAlpha(3)
                .optMontecloraConfig(new MontecloraConfig())
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
                "base_model.model.up.lora_monteclora_sampler.std_prior",
                "base_model.model.up.lora_monteclora_sampler.expert_weights_prior",
                "base_model.model.up.lora_monteclora_sampler.gaussian_var_prior",
                "base_model.model.up.lora_monteclora_sampler.expert_weights",
                "base_model.model.down.lora_monteclora_sampler.std_prior",
                "base_model.model.down.lora_monteclora_sampler.expert_weights_prior",
                "base_model.model.down.lora_monteclora_sampler.gaussian_var_prior",
                "base_model.model.down.lora_monteclora_sampler.expert_weights");
    }
}
