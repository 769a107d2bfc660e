package io.github.peft4j.tuner.lora.monteclora;

import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.layer.LoraLayer;
import io.github.peft4j.tuner.lora.layer.LoraVariant;
import io.github.peft4j.tuner.lora.option.MontecloraConfig;
import java.util.List;

/** MonteCLoRA: on linear layers. */
public final class MontecloraVariant implements LoraVariant {

    @Override
    public String option() {
        return MontecloraConfig.OPTION.key();
    }

    @Override
    public Adapter linear(LoraLayer layer) {
        MontecloraConfig settings = layer.config().montecloraConfig().orElseThrow();
        return new MontecloraLinear(
                layer.linear(), new NoiseSampler(settings, layer.layer(), layer.rank()));
    }

    @Override
    public void complete(LoraConfig config, AdapterSetBuilder set, List<Adapter> layers) {
        set.addPenalty(new MontecloraPenalty(layers));
    }
}
