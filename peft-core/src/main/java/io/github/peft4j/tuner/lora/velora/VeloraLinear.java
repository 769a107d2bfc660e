package io.github.peft4j.tuner.lora.velora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.lora.VariantOps;
import io.github.peft4j.tuner.lora.layer.LoraTensors;
import io.github.peft4j.tuner.lora.option.VeloraConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Computes what LoRA computes, with another gradient of A: each of n groups of features of the
 * input counts as its projection on one direction.
 *
 * <p>\(y = x W^\top + b + s\,(d(x) A^\top B^\top + c)\); \(\partial A = c\, G^\top p(d(x))\) with G
 * the gradient of \(d(x) A^\top\), \(p(x)_g = (x_g \cdot v) v\) and c a scale. For the backward
 * pass one number a group is kept instead of the features.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>A, B and c as in LoRA
 *   <li>v: {@code lora_velora_embed} [ceil(in / n)], of length 1: random, or the mean group of each
 *       batch, or of the first batch; not trained
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2405.17991">Miles et al. 2024, algorithm 1</a>
 */
final class VeloraLinear implements DeltaAdapter, WeightAdapter {

    private final LoraTensors tensors;
    private final Direction direction;
    private final VeloraConfig settings;

    VeloraLinear(LoraTensors tensors, Direction direction, VeloraConfig settings) {
        this.tensors = tensors;
        this.direction = direction;
        this.settings = settings;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        return withBias(product(base.forward(x), x, pass), pass);
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        return withBias(product(null, x, pass), pass);
    }

    /** What the pair makes of x, over y or alone. */
    private NDArray product(@Nullable NDArray y, NDArray x, AdapterPass pass) {
        NDArray input = tensors.dropout().of(x, pass);
        NDArray a = tensors.a(pass);
        NDArray b = tensors.b(pass);
        double scale = scale(pass);
        if (!pass.training() || !Gradients.isOn()) {
            return y == null
                    ? Ops.loraDelta(input, a, b, scale)
                    : Ops.loraAdd(y, input, a, b, scale);
        }
        NDArray low =
                VariantOps.compressed(
                        input,
                        a,
                        direction.of(input, pass),
                        settings.numGroups(),
                        settings.scale());
        return y == null
                ? Ops.scale(Ops.linear(low, b, null), scale)
                : DeltaOps.linearAdd(y, low, b, scale);
    }

    private NDArray withBias(NDArray output, AdapterPass pass) {
        NDArray bias = tensors.biasOver(null, scale(pass), pass);
        return bias == null ? output : output.add(bias);
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.add(Ops.lowRank(tensors.a(pass), tensors.b(pass), scale(pass)));
    }

    @Override
    public @Nullable NDArray bias(@Nullable NDArray current, AdapterPass pass) {
        return tensors.biasOver(current, scale(pass), pass);
    }

    /** Through a weight A would train by another gradient. */
    @Override
    public String needsActivation() {
        return "velora_config is set, which projects the layer's input";
    }

    @Override
    public Map<String, Parameter> parameters() {
        return ImmutableMap.<String, Parameter>builder()
                .putAll(tensors.byName())
                .put("lora_velora_embed", direction.numbers())
                .buildOrThrow();
    }

    private double scale(AdapterPass pass) {
        return tensors.scaling() * pass.scale(this);
    }
}
