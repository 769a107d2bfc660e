package io.github.peft4j.tuner.lora.bdlora;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.lora.VariantOps;
import io.github.peft4j.tuner.lora.layer.LoraTensors;
import io.github.peft4j.tuner.lora.layer.LowRankLinear;

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
final class BlockDiagonalLinear extends LowRankLinear {

    private final int blocksOfA;
    private final int blocksOfB;

    BlockDiagonalLinear(LoraTensors tensors, int blocksOfA, int blocksOfB) {
        super(tensors);
        this.blocksOfA = blocksOfA;
        this.blocksOfB = blocksOfB;
    }

    @Override
    protected NDArray a(AdapterPass pass) {
        return whole(pass.value(tensors().a()), blocksOfA);
    }

    @Override
    protected NDArray b(AdapterPass pass) {
        return whole(pass.value(tensors().b()), blocksOfB);
    }

    private static NDArray whole(NDArray blocks, int count) {
        return count == 1 ? blocks : VariantOps.onDiagonal(blocks, count);
    }
}
