package io.github.peft4j.tuner.lora.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.Ops;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds a product of two thin matrices to a frozen linear layer.
 *
 * <p>\(y = x W^\top + b + s\,(d(x) A^\top B^\top + c)\), where d is dropout while training. Equal
 * to using the weight \(W + s B A\) and the bias \(b + s c\), so it merges without loss.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>A: {@code lora_A.weight} [r, in]; B: {@code lora_B.weight} [out, r]; both trained, float32
 *   <li>c: {@code lora_B.bias} [out], only with {@code lora_bias}; starts at zero
 *   <li>s: {@code lora_alpha / r}, or {@code lora_alpha / sqrt(r)} with {@code use_rslora}
 * </ul>
 *
 * <p>Costs r·(in + out) multiply-adds a token and as many parameters.
 *
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021, equation 3</a>; rank-stabilised
 *     scale: <a href="https://arxiv.org/abs/2312.03732">Kalajdzievski 2023</a>
 */
public final class LoraLinear implements DeltaAdapter, WeightAdapter {

    private final LoraTensors tensors;

    /** A layer's tensors. */
    public LoraLinear(LoraTensors tensors) {
        this.tensors = tensors;
    }

    /** Its tensors, for adapters that are made of others. */
    public LoraTensors tensors() {
        return tensors;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        if (tensors.bias() != null) {
            return DeltaAdapter.super.forward(x, base, pass);
        }
        return tensors.add(base.forward(x), x, scale(pass), pass);
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray delta = tensors.delta(x, scale(pass), pass);
        NDArray bias = tensors.biasOver(null, scale(pass), pass);
        return bias == null ? delta : delta.add(bias);
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.add(Ops.lowRank(a(pass), b(pass), scale(pass)));
    }

    @Override
    public @Nullable NDArray bias(@Nullable NDArray current, AdapterPass pass) {
        return tensors.biasOver(current, scale(pass), pass);
    }

    @Override
    public @Nullable String needsActivation() {
        return tensors.dropout().needsActivation();
    }

    @Override
    public Map<String, Parameter> parameters() {
        return tensors.byName();
    }

    private NDArray a(AdapterPass pass) {
        return tensors.a(pass);
    }

    private NDArray b(AdapterPass pass) {
        return tensors.b(pass);
    }

    private double scale(AdapterPass pass) {
        return tensors.scaling() * pass.scale(this);
    }
}
