package io.github.peft4j.tuner.lora.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.InputDropout;
import java.util.List;
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
 * @param taken what the start has taken out of the base, or null
 */
public record LoraTensors(
        Parameter a,
        Parameter b,
        @Nullable Parameter bias,
        double scaling,
        InputDropout dropout,
        @Nullable TakenPair taken) {

    /** Tensors of a start that leaves the base whole. */
    public LoraTensors(
            Parameter a,
            Parameter b,
            @Nullable Parameter bias,
            double scaling,
            InputDropout dropout) {
        this(a, b, bias, scaling, dropout, null);
    }

    /**
     * A for a pass. Where the start has taken a part out of the base, A0 lies below it, and -B0
     * beside B, so that their product of rank 2 r is B A - B0 A0.
     */
    public NDArray a(AdapterPass pass) {
        NDArray trained = pass.value(a);
        return taken == null ? trained : taken.below(trained, pass);
    }

    /** B for a pass; see {@link #a(AdapterPass)}. */
    public NDArray b(AdapterPass pass) {
        NDArray trained = pass.value(b);
        return taken == null ? trained : taken.beside(trained, pass);
    }

    /** y with {@code scale} times what the pairs make of x added, in one call if none drops x. */
    NDArray add(NDArray y, NDArray x, double scale, AdapterPass pass) {
        NDArray input = dropout.of(x, pass);
        if (taken == null || input == x) {
            return Ops.loraAdd(y, input, a(pass), b(pass), scale);
        }
        NDArray rest = Ops.loraAdd(y, x, pass.value(taken.a()), pass.value(taken.b()), scale);
        return Ops.loraAdd(rest, input, pass.value(a), pass.value(b), scale);
    }

    /** {@code scale} times what the pairs make of x; dropout does not touch the frozen one. */
    NDArray delta(NDArray x, double scale, AdapterPass pass) {
        NDArray input = dropout.of(x, pass);
        if (taken == null || input == x) {
            return Ops.loraDelta(input, a(pass), b(pass), scale);
        }
        NDArray rest = Ops.loraDelta(x, pass.value(taken.a()), pass.value(taken.b()), scale);
        return Ops.loraAdd(rest, input, pass.value(a), pass.value(b), scale);
    }

    /** A as it is now, outside of a pass; see {@link #a(AdapterPass)}. */
    public NDArray currentA() {
        NDArray now = a.getArray();
        return taken == null ? now : now.concat(taken.a().getArray(), 0);
    }

    /** B as it is now, outside of a pass. */
    public NDArray currentB() {
        NDArray now = b.getArray();
        return taken == null ? now : now.concat(taken.b().getArray(), 1);
    }

    /** The pair, where nothing else adds to its product; see {@link Adapter#factors}. */
    public List<Parameter> factors() {
        return taken == null && bias == null ? ImmutableList.of(a, b) : ImmutableList.of();
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
