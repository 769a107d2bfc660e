package io.github.peft4j.tuner.ia3;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.adapter.WeightAdapter;

/**
 * Multiplies each input of a frozen feed-forward layer by a trained factor.
 *
 * <p>\(y = (l \odot x) W^\top + b\), equal to the weight \(W \mathrm{diag}(l)\); the bias stays.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>l: {@code ia3_l} [1, in], trained, float32; starts at one
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2205.05638">Liu et al. 2022, section 3.3</a>
 */
final class IA3Inputs implements LayerAdapter, WeightAdapter {

    private final Parameter l;

    IA3Inputs(Parameter l) {
        this.l = l;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        return base.forward(x.mul(pass.value(l).reshape(-1)));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.mul(pass.value(l));
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("ia3_l", l);
    }
}
