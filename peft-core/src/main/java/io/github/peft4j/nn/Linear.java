package io.github.peft4j.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.ops.Ops;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies by a weight and adds a bias: {@code y = x W^T + b}.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>weight W: [out, in], as in {@code torch.nn.Linear}
 *   <li>bias b: [out], or absent
 * </ul>
 */
public final class Linear extends Leaf {

    private final Parameter weight;
    private final @Nullable Parameter bias;

    /** A layer with a bias. */
    public Linear(long in, long out) {
        this(in, out, true);
    }

    /** A layer with or without a bias. */
    public Linear(long in, long out, boolean hasBias) {
        weight = parameter("weight", Parameter.Type.WEIGHT, out, in);
        bias = hasBias ? parameter("bias", Parameter.Type.BIAS, out) : null;
    }

    /**
     * A layer that reads another's weight, as the output of a language model reads its token
     * embedding.
     */
    public static Linear tiedTo(Parameter weight) {
        return new Linear(weight, null);
    }

    /** A layer that reads another's weight, and a bias that stands elsewhere too. */
    public static Linear tiedTo(Parameter weight, Parameter bias) {
        return new Linear(weight, bias);
    }

    /** A layer that reads another's weight and has a bias of its own. */
    public static Linear tiedToWithBias(Parameter weight) {
        Parameter own =
                Parameter.builder()
                        .setName("bias")
                        .setType(Parameter.Type.BIAS)
                        .optShape(new Shape(weight.getShape().get(0)))
                        .build();
        return new Linear(weight, own);
    }

    private Linear(Parameter weight, @Nullable Parameter bias) {
        this.weight = addParameter(weight);
        this.bias = bias == null ? null : addParameter(bias);
    }

    @Override
    public NDArray compute(NDArray x, NDArray w, @Nullable NDArray b) {
        return Ops.linear(x, w, b);
    }

    @Override
    public LayerKind kind() {
        return LayerKind.LINEAR;
    }

    @Override
    public Parameter weight() {
        return weight;
    }

    @Override
    public @Nullable Parameter bias() {
        return bias;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        Shape x = shapes[0];
        return new Shape[] {x.slice(0, x.dimension() - 1).add(weight.getShape().get(0))};
    }
}
