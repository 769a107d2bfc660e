package io.github.peft4j.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.ops.Ops;
import org.jspecify.annotations.Nullable;

/**
 * The linear layer of GPT-2, whose checkpoint holds the weight turned: {@code y = x W + b}.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>weight W: [in, out], as in transformers' {@code Conv1D}
 *   <li>bias b: [out]
 * </ul>
 */
public final class Conv1D extends Leaf {

    private final Parameter weight;
    private final Parameter bias;

    /** A layer of these sizes. */
    public Conv1D(long in, long out) {
        weight = parameter("weight", Parameter.Type.WEIGHT, in, out);
        bias = parameter("bias", Parameter.Type.BIAS, out);
    }

    @Override
    public NDArray compute(NDArray x, NDArray w, @Nullable NDArray b) {
        return Ops.linear(x, canonical(w), b);
    }

    @Override
    public NDArray canonical(NDArray w) {
        return w.transpose();
    }

    @Override
    public NDArray stored(NDArray w) {
        return w.transpose();
    }

    @Override
    public LayerKind kind() {
        return LayerKind.CONV1D_TRANSPOSED;
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
        Shape x = shapes[0];
        return new Shape[] {x.slice(0, x.dimension() - 1).add(weight.getShape().get(1))};
    }
}
