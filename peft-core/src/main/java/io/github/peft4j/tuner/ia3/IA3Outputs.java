package io.github.peft4j.tuner.ia3;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies each output feature of a frozen layer by a trained factor.
 *
 * <p>\(y = l \odot (x W^\top + b)\), equal to the weight \(\mathrm{diag}(l) W\) with the bias \(l
 * \odot b\). In a convolution the features are the output's channels.
 *
 * <ul>
 *   <li>y: [..., out], or [B, out, length...]
 *   <li>l: {@code ia3_l} [out, 1], or [1, out, 1...], trained, float32; starts at one
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2205.05638">Liu et al. 2022, section 3.3</a>
 */
final class IA3Outputs implements LayerAdapter, WeightAdapter {

    private final Parameter l;

    IA3Outputs(Parameter l) {
        this.l = l;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray factors = pass.value(l);
        boolean convolution = factors.getShape().dimension() > 2;
        return base.forward(x).mul(convolution ? factors : flat(pass));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.mul(pass.value(l).reshape(-1, 1));
    }

    @Override
    public @Nullable NDArray bias(@Nullable NDArray current, AdapterPass pass) {
        return current == null ? null : current.mul(flat(pass));
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("ia3_l", l);
    }

    private NDArray flat(AdapterPass pass) {
        return pass.value(l).reshape(-1);
    }
}
