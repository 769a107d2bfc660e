package io.github.peft4j.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.ops.Ops;
import org.jspecify.annotations.Nullable;

/**
 * Scales the last axis to a root mean square of one: {@code y = x / sqrt(mean(x^2) + eps) * (offset
 * + w)}.
 *
 * <ul>
 *   <li>x, y: [..., dim]
 *   <li>weight w: [dim]; offset 0, or 1 in Gemma, whose file holds the distance from 1
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/1910.07467">Zhang and Sennrich 2019, equation 4</a>
 */
public final class RmsNorm extends Leaf {

    private final Parameter weight;
    private final double eps;
    private final double offset;

    /** A norm over {@code dim} features. */
    public RmsNorm(long dim, double eps) {
        this(dim, eps, 0);
    }

    /** A norm whose weight is counted from {@code offset}. */
    public RmsNorm(long dim, double eps, double offset) {
        weight = parameter("weight", Parameter.Type.GAMMA, dim);
        this.eps = eps;
        this.offset = offset;
    }

    double eps() {
        return eps;
    }

    double offset() {
        return offset;
    }

    @Override
    public NDArray compute(NDArray x, NDArray w, @Nullable NDArray b) {
        return Ops.rmsNorm(x, w, eps, offset);
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
    public @Nullable Parameter bias() {
        return null;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        return new Shape[] {shapes[0]};
    }
}
