package io.github.peft4j.tuner.lora.monteclora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.lora.layer.LoraTensors;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Computes what LoRA computes, in training with noise on A.
 *
 * <p>\(y = x W^\top + b + s\,(d(x) A'^\top B^\top + c)\); A' is A outside of training, and see
 * {@link NoiseSampler} for it in training.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]; A, B and c as in LoRA
 *   <li>the sampler's tensors: {@code lora_monteclora_sampler.*}
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2411.04358">Sengupta et al. 2024</a>
 */
final class MontecloraLinear implements DeltaAdapter, WeightAdapter {

    private final LoraTensors tensors;
    private final NoiseSampler sampler;

    MontecloraLinear(LoraTensors tensors, NoiseSampler sampler) {
        this.tensors = tensors;
        this.sampler = sampler;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray y = base.forward(x);
        NDArray input = tensors.dropout().of(x, pass);
        return withBias(Ops.loraAdd(y, input, a(pass), tensors.b(pass), scale(pass)), pass);
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray input = tensors.dropout().of(x, pass);
        return withBias(Ops.loraDelta(input, a(pass), tensors.b(pass), scale(pass)), pass);
    }

    private NDArray a(AdapterPass pass) {
        NDArray a = tensors.a(pass);
        return pass.training() ? sampler.noisy(a, pass) : a;
    }

    private NDArray withBias(NDArray output, AdapterPass pass) {
        NDArray bias = tensors.biasOver(null, scale(pass), pass);
        return bias == null ? output : output.add(bias);
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.add(Ops.lowRank(a(pass), tensors.b(pass), scale(pass)));
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
        return ImmutableMap.<String, Parameter>builder()
                .putAll(tensors.byName())
                .putAll(sampler.byName())
                .buildOrThrow();
    }

    NDArray penalty(AdapterPass pass) {
        return sampler.penalty(pass);
    }

    private double scale(AdapterPass pass) {
        return tensors.scaling() * pass.scale(this);
    }
}
