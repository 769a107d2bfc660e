package io.github.peft4j.tuner.lora.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.InputDropout;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What LoRA owns at a layer of weights: the pair, B's bias, the scale and the dropout.
 *
 * @param a to r channels
 * @param b from r channels
 * @param bias B's own bias, with {@code lora_bias}
 * @param scaling factor s on what is added
 * @param dropout on A's input
 */
public record LoraTensors(
        Parameter a, Parameter b, @Nullable Parameter bias, double scaling, InputDropout dropout) {

    /** A for a pass. */
    public NDArray a(AdapterPass pass) {
        return pass.value(a);
    }

    /** B for a pass. */
    public NDArray b(AdapterPass pass) {
        return pass.value(b);
    }

    /** The tensors by their suffix in the file. */
    public Map<String, Parameter> byName() {
        ImmutableMap.Builder<String, Parameter> all = ImmutableMap.builder();
        all.put("lora_A.weight", a).put("lora_B.weight", b);
        if (bias != null) {
            all.put("lora_B.bias", bias);
        }
        return all.buildOrThrow();
    }

    /** A bias of the base with B's, times the scale, over it. */
    public @Nullable NDArray biasOver(@Nullable NDArray current, double scale, AdapterPass pass) {
        if (bias == null) {
            return current;
        }
        NDArray added = Ops.scale(pass.value(bias), scale);
        return current == null ? added : current.add(added);
    }
}
