package io.github.peft4j.tuner.lora.layer;

import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.tuner.lora.LoraConfig;

/** LoRA without a variant: what acts where no option asks for another. */
public final class PlainLora implements LoraVariant {

    @Override
    public String option() {
        return "r";
    }

    @Override
    public boolean isOn(LoraConfig config) {
        return true;
    }

    @Override
    public Adapter linear(LoraLayer layer) {
        return new LoraLinear(layer.linear());
    }

    @Override
    public Adapter embedding(LoraLayer layer) {
        return new LoraEmbedding(layer.embedding());
    }

    @Override
    public Adapter convolution(LoraLayer layer) {
        return new LoraConvolution(layer.convolution(), layer.layer().convolution());
    }

    @Override
    public Adapter attention(LoraLayer layer) {
        LoraConfig config = layer.config();
        layer.layer()
                .require(
                        config.loraDropout() == 0,
                        "lora_dropout",
                        config.loraDropout(),
                        "0, as an attention gives adapters its weight only");
        layer.layer()
                .require(
                        !config.loraBias(),
                        "lora_bias",
                        true,
                        "false, as an attention gives adapters its weight only");
        layer.requireUntouchedBase();
        LoraTensors tensors = layer.linear();
        return new LoraParameter(tensors.a(), tensors.b(), layer.scaling(), false);
    }

    @Override
    public Adapter attentionOutput(LoraLayer layer) {
        layer.requireUntouchedBase();
        return new AttentionOutput(layer.linear());
    }
}
