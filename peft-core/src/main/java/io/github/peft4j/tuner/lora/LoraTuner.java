package io.github.peft4j.tuner.lora;

import com.google.auto.service.AutoService;
import io.github.peft4j.PeftType;
import io.github.peft4j.tuner.ConfigReader;
import io.github.peft4j.tuner.Tuner;

/** Low-rank adaptation as a service. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class LoraTuner implements Tuner<LoraConfig> {

    @Override
    public PeftType type() {
        return PeftType.LORA;
    }

    @Override
    public Class<LoraConfig> configType() {
        return LoraConfig.class;
    }

    @Override
    public LoraConfig parse(ConfigReader json) {
        return LoraConfig.Builder.read(json);
    }
}
