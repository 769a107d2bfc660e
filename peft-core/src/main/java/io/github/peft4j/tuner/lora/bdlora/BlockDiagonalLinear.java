package io.github.peft4j.tuner.lora.bdlora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.lora.VariantOps;
import io.github.peft4j.tuner.lora.layer.LoraTensors;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds a product of two thin matrices to a frozen linear layer, one of them block-diagonal.
 *
 * <p>\(y = x W^\top + b + s\,(d(x) A^\top B^\top + c)\) as in LoRA, where one factor stands on a
 * diagonal: of n blocks, block i of A sees the i-th part of the features and gives the i-th part of
 * the ranks, or block i of B makes the i-th part of the outputs of the i-th part of the ranks.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>A: {@code lora_A.weight} [r, in / n] or [r, in]; B: {@code lora_B.weight} [out, r] or [out,
 *       r / n]; blocks lie one above the other; both trained, float32
 *   <li>c: {@code lora_B.bias} [out], only with {@code lora_bias} and a whole B
 * </ul>
 *
 * <p>Has fewer parameters than LoRA, by the factor n on one side. The blocks are multiplied as one
 * matrix with zeros, which costs what LoRA costs.
 */
final class BlockDiagonalLinear implements DeltaAdapter, WeightAdapter {

    private final LoraTensors tensors;
    private final int blocksOfA;
    private final int blocksOfB;

    BlockDiagonalLinear(LoraTensors tensors, int blocksOfA, int blocksOfB) {
        this.tensors = tensors;
        this.blocksOfA = blocksOfA;
        this.blocksOfB = blocksOfB;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        if (tensors.bias() != null) {
            return DeltaAdapter.super.forward(x, base, pass);
        }
        NDArray y = base.forward(x);
        return Ops.loraAdd(y, tensors.dropout().of(x, pass), a(pass), b(pass), scale(pass));
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray input = tensors.dropout().of(x, pass);
        NDArray delta = Ops.loraDelta(input, a(pass), b(pass), scale(pass));
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
        return whole(pass.value(tensors.a()), blocksOfA);
    }

    private NDArray b(AdapterPass pass) {
        return whole(pass.value(tensors.b()), blocksOfB);
    }

    private static NDArray whole(NDArray blocks, int count) {
        return count == 1 ? blocks : VariantOps.onDiagonal(blocks, count);
    }

    private double scale(AdapterPass pass) {
        return tensors.scaling() * pass.scale(this);
    }
}
