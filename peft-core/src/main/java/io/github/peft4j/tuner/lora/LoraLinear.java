package io.github.peft4j.tuner.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.Ops;
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
final class LoraLinear implements DeltaAdapter, WeightAdapter {

    private final Parameter a;
    private final Parameter b;
    private final @Nullable Parameter bias;
    private final double scaling;
    private final double dropout;

    LoraLinear(Parameter a, Parameter b, @Nullable Parameter bias, double scaling, double dropout) {
        this.a = a;
        this.b = b;
        this.bias = bias;
        this.scaling = scaling;
        this.dropout = dropout;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        if (bias != null) {
            return DeltaAdapter.super.forward(x, base, pass);
        }
        NDArray y = base.forward(x);
        return Ops.loraAdd(y, dropped(x, pass), pass.value(a), pass.value(b), scale(pass));
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray input = dropped(x, pass);
        NDArray delta = Ops.loraDelta(input, pass.value(a), pass.value(b), scale(pass));
        return bias == null ? delta : delta.add(Ops.scale(pass.value(bias), scale(pass)));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.add(Ops.lowRank(pass.value(a), pass.value(b), scale(pass)));
    }

    @Override
    public @Nullable NDArray bias(@Nullable NDArray current, AdapterPass pass) {
        if (bias == null) {
            return current;
        }
        NDArray added = Ops.scale(pass.value(bias), scale(pass));
        return current == null ? added : current.add(added);
    }

    @Override
    public @Nullable String needsActivation() {
        return dropout > 0 ? "lora_dropout = " + dropout + " acts on the layer's input" : null;
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        ImmutableMap.Builder<String, Parameter> all = ImmutableMap.builder();
        all.put("lora_A.weight", a).put("lora_B.weight", b);
        if (bias != null) {
            all.put("lora_B.bias", bias);
        }
        return all.buildOrThrow();
    }

    private double scale(AdapterPass pass) {
        return scaling * pass.scale(this);
    }

    private NDArray dropped(NDArray x, AdapterPass pass) {
        return dropout > 0 && pass.training() ? Ops.dropout(x, dropout) : x;
    }
}
