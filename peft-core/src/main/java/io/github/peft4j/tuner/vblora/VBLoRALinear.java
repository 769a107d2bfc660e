package io.github.peft4j.tuner.vblora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.tuner.InputDropout;
import org.jspecify.annotations.Nullable;

/**
 * Adds a product of two thin matrices to a frozen linear layer, whose parts are means of a few
 * vectors that all layers share.
 *
 * <p>\(y = x W^\top + b + d(x) A^\top B^\top\), where d is dropout while training. Each part of
 * length v, of A along the inputs and of B along the outputs, is the sum of the k vectors of the
 * bank with the largest logits, weighed by the softmax of those logits.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>bank: {@code base_model.vblora_vector_bank} [n, v], uniform within a bound at the start
 *   <li>{@code vblora_logits_A} [r, in / v, n], {@code vblora_logits_B} [out / v, r, n], normal at
 *       the start; all trained, float32
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2405.15179">Li et al. 2024, equations 2 to 4</a>
 */
final class VBLoRALinear implements DeltaAdapter, WeightAdapter {

    private final VBLoRATensors tensors;
    private final InputDropout dropout;

    VBLoRALinear(VBLoRATensors tensors, InputDropout dropout) {
        this.tensors = tensors;
        this.dropout = dropout;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray y = base.forward(x);
        return DeltaOps.vectorsAdd(y, dropout.of(x, pass), tensors.read(pass), pass.scale(this));
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        return DeltaOps.vectorsDelta(dropout.of(x, pass), tensors.read(pass), pass.scale(this));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.add(DeltaOps.vectorsWeight(tensors.read(pass), pass.scale(this)));
    }

    @Override
    public @Nullable String needsActivation() {
        return dropout.needsActivation();
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return tensors.inFile();
    }
}
