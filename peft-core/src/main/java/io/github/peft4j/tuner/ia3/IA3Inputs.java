package io.github.peft4j.tuner.ia3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.InputAdapter;
import io.github.peft4j.adapter.WeightAdapter;

/**
 * Multiplies each input feature of a frozen feed-forward layer by a trained factor.
 *
 * <p>\(y = (l \odot x) W^\top + b\), equal to the weight \(W \mathrm{diag}(l)\); the bias stays. In
 * a convolution the features are the input's channels.
 *
 * <ul>
 *   <li>x: [..., in], or [B, in, length...]
 *   <li>l: {@code ia3_l} [1, in], or [1, in, 1...], trained, float32; starts at one
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2205.05638">Liu et al. 2022, section 3.3</a>
 */
final class IA3Inputs implements InputAdapter, WeightAdapter {

    private final Parameter l;
    private final int groups;

    /**
     * Acts with these factors.
     *
     * @param groups of a convolution, none of which sees the inputs of another; else 1
     */
    IA3Inputs(Parameter l, int groups) {
        this.l = l;
        this.groups = groups;
    }

    @Override
    public NDArray input(NDArray x, AdapterPass pass) {
        NDArray factors = pass.value(l);
        return x.mul(isConvolution(factors) ? factors : factors.reshape(-1));
    }

    /** Rows of the weight lie group by group, its columns channel by channel. */
    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        NDArray factors = pass.value(l);
        if (!isConvolution(factors)) {
            return current.mul(factors);
        }
        Shape shape = current.getShape();
        long channels = factors.getShape().get(1) / groups;
        NDArray apart =
                current.reshape(groups, shape.get(0) / groups, channels, shape.get(1) / channels);
        return apart.mul(factors.reshape(groups, 1, channels, 1)).reshape(shape);
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("ia3_l", l);
    }

    private static boolean isConvolution(NDArray factors) {
        return factors.getShape().dimension() > 2;
    }
}
