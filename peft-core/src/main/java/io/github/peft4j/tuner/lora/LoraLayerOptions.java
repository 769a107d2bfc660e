package io.github.peft4j.tuner.lora;

import com.google.common.base.Preconditions;
import io.github.peft4j.json.JsonValues;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What LoRA does in each layer besides the product of A and B.
 *
 * @param loraDropout probability p that a feature of the adapter's input is dropped in training; in
 *     [0, 1); default 0
 * @param fanInFanOut whether the base weight is stored as [in, out]; corrected by the tuner where
 *     the layer shows otherwise; default false
 * @param bias which biases of the base are trained along; default none
 * @param loraBias whether B has a bias of its own; default false
 * @param initLoraWeights how A and B start; default true
 */
public record LoraLayerOptions(
        Number loraDropout,
        boolean fanInFanOut,
        LoraBias bias,
        boolean loraBias,
        InitLoraWeights initLoraWeights) {

    static final LoraLayerOptions DEFAULT =
            new LoraLayerOptions(0.0, false, LoraBias.NONE, false, InitLoraWeights.TRUE);

    /** Checks the values. */
    public LoraLayerOptions {
        loraDropout = JsonValues.freezeNumber(loraDropout);
        Preconditions.checkArgument(
                loraDropout.doubleValue() >= 0 && loraDropout.doubleValue() < 1,
                "lora_dropout is %s; it must be a probability of at least 0 and below 1. Pass 0.1,"
                        + " for example, or 0 for none.",
                loraDropout);
        Preconditions.checkArgument(
                !loraBias || initLoraWeights.isFlag(),
                "lora_bias is true but init_lora_weights is %s; a bias needs init_lora_weights true"
                        + " or false. Leave one of the two out.",
                initLoraWeights);
    }

    void putInto(Map<String, @Nullable Object> json) {
        json.put("lora_dropout", loraDropout);
        json.put("fan_in_fan_out", fanInFanOut);
        json.put("bias", bias.jsonName());
        json.put("lora_bias", loraBias);
        json.put("init_lora_weights", initLoraWeights.json());
    }
}
