package io.github.peft4j.tuner.lora.velora;

import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.layer.LoraLayer;
import io.github.peft4j.tuner.lora.layer.LoraVariant;
import io.github.peft4j.tuner.lora.option.VeloraConfig;
import java.util.List;

/** VeLoRA: on linear layers. */
public final class VeloraVariant implements LoraVariant {

    @Override
    public String option() {
        return VeloraConfig.OPTION.key();
    }

    @Override
    public Adapter linear(LoraLayer layer) {
        VeloraConfig settings = layer.config().veloraConfig().orElseThrow();
        int groups = settings.numGroups();
        Shape shape = new Shape((layer.layer().in() + groups - 1) / groups);
        InitialValue start =
                settings.initType().equals(VeloraConfig.RANDOM)
                        ? InitialValue.normal(0, 1, shape).then(shape, Ops::unitRows)
                        : InitialValue.zeros(shape);
        Direction direction =
                new Direction(layer.layer().buffer("lora_velora_embed", start), settings);
        return new VeloraLinear(layer.linear(), direction, settings);
    }

    /** The mean group of a batch is taken over its padding too, as in PEFT. */
    @Override
    public void complete(LoraConfig config, AdapterSetBuilder set, List<Adapter> layers) {
        VeloraConfig settings = config.veloraConfig().orElseThrow();
        set.optAllowsPacking(settings.initType().equals(VeloraConfig.RANDOM));
    }
}
