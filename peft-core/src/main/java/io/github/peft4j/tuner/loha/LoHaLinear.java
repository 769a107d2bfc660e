package io.github.peft4j.tuner.loha;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.tuner.lycoris.LycorisStrength;
import java.util.List;

/**
 * Adds the elementwise product of two products of thin matrices to a frozen linear layer.
 *
 * <p>\(y = x (W + s\,(A_1 B_1) \odot (A_2 B_2))^\top + b\). The change has rank up to r², though
 * each factor has rank r; where that is cheaper, it acts as a product of two matrices of rank r².
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>A1: {@code hada_w1_a}, A2: {@code hada_w2_a} [out, r], uniform within ±1/√r at the start
 *   <li>B1: {@code hada_w1_b} [r, in], uniform within ±1/√in; B2: {@code hada_w2_b} [r, in], zero;
 *       all trained, float32
 *   <li>s: {@code alpha / r}
 * </ul>
 *
 * <p>Dropout, while training, drops rows of the change, or the whole of it.
 *
 * @see <a href="https://arxiv.org/abs/2108.06098">Hyeon-Woo et al. 2021, proposition 1</a>
 */
final class LoHaLinear implements DeltaAdapter, WeightAdapter {

    private final HadamardFactors factors;
    private final LycorisStrength strength;

    LoHaLinear(HadamardFactors factors, LycorisStrength strength) {
        this.factors = factors;
        this.strength = strength;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        return strength.dropsOutputs(pass)
                ? DeltaAdapter.super.forward(x, base, pass)
                : DeltaOps.hadamardAdd(base.forward(x), x, factors.read(pass), scale(pass));
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray delta = DeltaOps.hadamardDelta(x, factors.read(pass), scale(pass));
        return strength.outputs(delta, pass);
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        NDArray change = DeltaOps.hadamardWeight(factors.read(pass), scale(pass));
        return current.add(strength.rows(change, pass));
    }

    @Override
    public List<Parameter> factors() {
        return ImmutableList.copyOf(factors.byName().values());
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return factors.byName();
    }

    private double scale(AdapterPass pass) {
        return strength.scale(pass) * pass.scale(this);
    }
}
