package io.github.peft4j.tuner.lokr;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.tuner.lycoris.LycorisStrength;

/**
 * Adds a Kronecker product of two small matrices to a frozen linear layer.
 *
 * <p>\(y = x (W + s\,W_1 \otimes W_2)^\top + b\), computed without the product: with x as an array
 * X [m, n], the change adds \(s\,W_1 X W_2^\top\).
 *
 * <ul>
 *   <li>x: [..., m·n]; y: [..., l·k]
 *   <li>W1: {@code lokr_w1} [l, m], zero at the start, or the product of {@code lokr_w1_a} [l, r],
 *       zero, and {@code lokr_w1_b} [r, m]
 *   <li>W2: {@code lokr_w2} [k, n], uniform within ±1/√n, or the product of {@code lokr_w2_a} [k,
 *       r] and {@code lokr_w2_b} [r, n]; all trained, float32
 *   <li>s: {@code alpha / r}
 * </ul>
 *
 * <p>Costs l·m·k + m·n·k multiply-adds a token.
 *
 * @see <a href="https://arxiv.org/abs/2309.14859">Yeh et al. 2023, section 3</a>
 */
final class LoKrLinear implements DeltaAdapter, WeightAdapter {

    private final KroneckerFactor first;
    private final KroneckerFactor second;
    private final LycorisStrength strength;

    LoKrLinear(KroneckerFactor first, KroneckerFactor second, LycorisStrength strength) {
        this.first = first;
        this.second = second;
        this.strength = strength;
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray delta =
                DeltaOps.kroneckerDelta(x, first.read(pass), second.read(pass), scale(pass));
        return strength.outputs(delta, pass);
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        NDArray change = DeltaOps.kronecker(first.read(pass), second.read(pass), scale(pass));
        return current.add(strength.rows(change, pass));
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.<String, Parameter>builder()
                .putAll(first.tensors())
                .putAll(second.tensors())
                .buildOrThrow();
    }

    private double scale(AdapterPass pass) {
        return strength.scale(pass) * pass.scale(this);
    }
}
