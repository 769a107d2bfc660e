package io.github.peft4j.tuner;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.base.Preconditions;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.ops.HeldNumbers;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The initial value of an adapter's tensor: a shape, and how to make the values where no file gives
 * them. Nothing is computed or drawn before {@link AdapterSet#initialize}, and never for a tensor
 * that a file holds. Values are float32 and drawn from LibTorch's generator.
 */
public final class InitialValue {

    private final Shape shape;
    private final Function<NDManager, NDArray> values;

    private InitialValue(Shape shape, Function<NDManager, NDArray> values) {
        this.shape = shape;
        this.values = values;
    }

    /**
     * Values that a function makes.
     *
     * @param values makes them in the manager that it gets, or moves there what it takes from
     *     elsewhere; what it returns becomes the adapter's own
     */
    public static InitialValue of(Shape shape, Function<NDManager, NDArray> values) {
        return new InitialValue(shape, values);
    }

    /** Zeros. */
    public static InitialValue zeros(Shape shape) {
        return of(shape, manager -> manager.zeros(shape));
    }

    /** One value everywhere. */
    public static InitialValue full(double value, Shape shape) {
        return of(shape, manager -> manager.full(shape, (float) value));
    }

    /** Uniform within ±bound. */
    public static InitialValue uniform(double bound, Shape shape) {
        return of(shape, manager -> manager.randomUniform((float) -bound, (float) bound, shape));
    }

    /** Normal with this mean and standard deviation. */
    public static InitialValue normal(double mean, double deviation, Shape shape) {
        return of(
                shape,
                manager ->
                        manager.randomNormal(
                                (float) mean, (float) deviation, shape, DataType.FLOAT32));
    }

    /**
     * PyTorch's start of a linear layer, Kaiming's rule with a = √5: uniform within ±1/√n, where n
     * is the number of values in a row.
     *
     * @param shape the first axis counts rows
     */
    public static InitialValue kaiming(Shape shape) {
        double row = (double) shape.slice(1).size();
        return uniform(row == 0 ? 0 : 1 / Math.sqrt(row), shape);
    }

    /** A copy of another tensor. */
    public static InitialValue copyOf(Parameter original) {
        return of(original.getShape(), manager -> HeldNumbers.detached(original.getArray()));
    }

    /** What a function computes from this value. */
    public InitialValue then(Shape result, UnaryOperator<NDArray> step) {
        return of(
                result,
                manager -> {
                    try (NDManager scratch = manager.newSubManager()) {
                        NDArray array = step.apply(values.apply(scratch));
                        array.attach(manager);
                        return array;
                    }
                });
    }

    /** The shape of the tensor. */
    public Shape shape() {
        return shape;
    }

    /**
     * A tensor that starts so.
     *
     * @param name without dots, which DJL gives a meaning
     */
    public Parameter trained(String name) {
        return tensor(name, false);
    }

    /** The same for a tensor that is not trained. */
    public Parameter frozen(String name) {
        return tensor(name, true);
    }

    private Parameter tensor(String name, boolean frozen) {
        Parameter parameter =
                Parameter.builder()
                        .setName(name)
                        .setType(Parameter.Type.WEIGHT)
                        .optShape(shape)
                        .optInitializer((manager, size, type) -> make(name, manager))
                        .build();
        parameter.freeze(frozen);
        return parameter;
    }

    private NDArray make(String name, NDManager manager) {
        NDArray array = values.apply(manager);
        Preconditions.checkArgument(
                array.getShape().equals(shape),
                "The initial values of %s have shape %s, but the tensor needs %s.",
                name,
                array.getShape(),
                shape);
        array.attach(manager);
        return array;
    }
}
