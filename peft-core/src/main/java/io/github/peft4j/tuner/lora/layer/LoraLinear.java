package io.github.peft4j.tuner.lora.layer;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;

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
public final class LoraLinear extends LowRankLinear implements PairAdapter {

    /** A layer's tensors. */
    public LoraLinear(LoraTensors tensors) {
        super(tensors);
    }

    @Override
    public LoraPair pair() {
        return new LoraPair(
                tensors().a(), tensors().b(), tensors().scaling(), tensors().taken(), 1);
    }

    @Override
    protected NDArray a(AdapterPass pass) {
        return tensors().a(pass);
    }

    @Override
    protected NDArray b(AdapterPass pass) {
        return tensors().b(pass);
    }

    @Override
    protected NDArray add(NDArray y, NDArray x, AdapterPass pass) {
        return tensors().add(y, x, scale(pass), pass);
    }

    @Override
    protected NDArray product(NDArray x, AdapterPass pass) {
        return tensors().delta(x, scale(pass), pass);
    }
}
