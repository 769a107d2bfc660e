package io.github.peft4j.tuner.xlora;

import com.google.common.base.Preconditions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the classifier's scores become the weights of the experts. Flat in JSON.
 *
 * @param enableSoftmax whether the weights are a softmax of the scores; default true
 * @param enableSoftmaxTopk whether a softmax follows the choice of the top k; default false
 * @param softmaxTemperature T, by which scores are divided before the softmax; default 1
 * @param topKLora how many experts act at a token; null (default): all
 * @param scalingPassValue weight of every expert in the first pass; default 0: the bare base
 * @param globalScalingWeight factor on all experts; default 1
 */
public record XLoraWeighting(
        boolean enableSoftmax,
        boolean enableSoftmaxTopk,
        Number softmaxTemperature,
        @Nullable Integer topKLora,
        Number scalingPassValue,
        Number globalScalingWeight) {

    /**
     * Checks the temperature.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public XLoraWeighting {
        Preconditions.checkArgument(
                softmaxTemperature.doubleValue() > 0,
                "softmax_temperature is %s; it must be positive: 1 leaves the scores as they are.",
                softmaxTemperature);
    }

    void putInto(Map<String, @Nullable Object> json) {
        json.put("enable_softmax", enableSoftmax);
        json.put("enable_softmax_topk", enableSoftmaxTopk);
        json.put("softmax_temperature", softmaxTemperature);
        json.put("top_k_lora", topKLora);
        json.put("scaling_pass_value", scalingPassValue);
        json.put("global_scaling_weight", globalScalingWeight);
    }
}
