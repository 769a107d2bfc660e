package io.github.peft4j.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.ops.Ops;
import org.jspecify.annotations.Nullable;

/**
 * Normalises the last axis: {@code y = (x - mean(x)) / sqrt(var(x) + eps) * w + b}, with the biased
 * variance.
 *
 * <ul>
 *   <li>x, y: [..., dim]
 *   <li>weight w, bias b: [dim]
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/1607.06450">Ba, Kiros, Hinton 2016, equation 4</a>
 */
public final class LayerNorm extends Leaf {

    private final Parameter weight;
    private final Parameter bias;
    private final double eps;

    /** A norm over {@code dim} features. */
    public LayerNorm(long dim, double eps) {
        weight = parameter("weight", Parameter.Type.GAMMA, dim);
        bias = parameter("bias", Parameter.Type.BETA, dim);
        this.eps = eps;
    }

    /** The norm of {@code x + residual}: one call where no adapter acts on the layer. */
    public NDArray forward(AdapterPass pass, NDArray x, NDArray residual) {
        if (!pass.around(this).isEmpty()) {
            return forward(pass, x.add(residual));
        }
        NDArray shift = pass.bias(this);
        return shift == null
                ? forward(pass, x.add(residual))
                : Ops.addLayerNorm(x, residual, pass.weight(this), shift, eps);
    }

    double eps() {
        return eps;
    }

    @Override
    public NDArray compute(NDArray x, NDArray w, @Nullable NDArray b) {
        if (b == null) {
            throw new IllegalArgumentException("A layer norm has a bias; none was given.");
        }
        return Ops.layerNorm(x, w, b, eps);
    }

    @Override
    public LayerKind kind() {
        return LayerKind.NORM;
    }

    @Override
    public Parameter weight() {
        return weight;
    }

    @Override
    public Parameter bias() {
        return bias;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        return new Shape[] {shapes[0]};
    }
}
