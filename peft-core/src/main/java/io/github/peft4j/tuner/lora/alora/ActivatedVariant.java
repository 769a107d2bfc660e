package io.github.peft4j.tuner.lora.alora;

import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.layer.LoraLayer;
import io.github.peft4j.tuner.lora.layer.LoraVariant;
import java.util.List;

/** Activated LoRA of linear layers ({@code alora_invocation_tokens}). */
public final class ActivatedVariant implements LoraVariant {

    @Override
    public String option() {
        return "alora_invocation_tokens";
    }

    @Override
    public void complete(LoraConfig config, AdapterSetBuilder set, List<Adapter> layers) {
        set.optAllowsPacking(false).optAllowsBeams(false);
    }

    @Override
    public Adapter linear(LoraLayer layer) {
        layer.requireUntouchedBase();
        LoraConfig config = layer.config();
        boolean looks = config.taskType().orElse(null) == TaskType.CAUSAL_LM;
        Invocation invocation = new Invocation(config.aloraInvocationTokens(), looks);
        return new ActivatedLora(layer.linear(), invocation);
    }
}
