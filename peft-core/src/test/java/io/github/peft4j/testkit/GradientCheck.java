package io.github.peft4j.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.TensorOps;
import java.util.Arrays;
import java.util.function.Function;
import org.assertj.core.api.Assertions;

/**
 * Compares gradients with central differences, in float64, with a garbage collection between the
 * forward and the backward pass: memory that the graph needs must not belong to a Java object that
 * nobody holds.
 */
public final class GradientCheck {

    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 1e-7;

    /** Gradients add up over them, so that one wrong round shows: freed memory may survive one. */
    private static final int ROUNDS = 6;

    private GradientCheck() {}

    /** Numbers of this shape, all different, between -1 and 1, in memory of LibTorch's own. */
    public static NDArray numbers(NDManager manager, long... shape) {
        int size = (int) new Shape(shape).size();
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = Math.sin(1.7 * i + size);
        }
        return doubles(manager, new Shape(shape), values);
    }

    private static NDArray doubles(NDManager manager, Shape shape, double[] values) {
        try (NDArray wrapped = manager.create(values, shape)) {
            return TensorOps.detached(wrapped);
        }
    }

    /** Checks the gradient of a function for every element of every argument. */
    public static void check(Function<NDArray[], NDArray> function, NDArray... arguments) {
        for (NDArray argument : arguments) {
            argument.setRequiresGradient(true);
        }
        for (int round = 0; round < ROUNDS; round++) {
            try (NDManager scope = NDManager.newBaseManager("PyTorch");
                    Gradients on = Gradients.on()) {
                NDArray loss = loss(function, arguments);
                loss.attach(scope);
                collectGarbage(scope);
                Gradients.backward(loss);
            }
        }
        for (int i = 0; i < arguments.length; i++) {
            try (NDArray gradient = arguments[i].getGradient()) {
                Assertions.assertThat(gradient.toDoubleArray())
                        .as("gradient of argument %d", i)
                        .containsExactly(
                                differences(function, arguments, i), Assertions.within(TOLERANCE));
            }
        }
    }

    /** Frees what no Java object holds, and writes other numbers where it was. */
    public static void collectGarbage(NDManager scope) {
        for (int i = 0; i < 3; i++) {
            System.gc();
            for (int size = 1; size <= 64; size++) {
                double[] rubbish = new double[size];
                Arrays.fill(rubbish, Double.NaN);
                scope.create(rubbish, new Shape(size));
            }
        }
    }

    private static double[] differences(
            Function<NDArray[], NDArray> function, NDArray[] arguments, int which) {
        double[] values = arguments[which].toDoubleArray();
        double[] slopes = new double[values.length];
        for (int j = 0; j < values.length; j++) {
            slopes[j] =
                    (moved(function, arguments, which, values, j, STEP)
                                    - moved(function, arguments, which, values, j, -STEP))
                            / (2 * STEP)
                            * ROUNDS;
        }
        return slopes;
    }

    private static double moved(
            Function<NDArray[], NDArray> function,
            NDArray[] arguments,
            int which,
            double[] values,
            int element,
            double by) {
        double[] changed = values.clone();
        changed[element] += by;
        try (NDManager scope = NDManager.newBaseManager("PyTorch");
                Gradients off = Gradients.off()) {
            NDArray[] inputs = arguments.clone();
            inputs[which] = doubles(scope, arguments[which].getShape(), changed);
            return loss(function, inputs).toDoubleArray()[0];
        }
    }

    /** A sum in which every element counts differently, so that nothing cancels. */
    private static NDArray loss(Function<NDArray[], NDArray> function, NDArray[] arguments) {
        NDArray y = function.apply(arguments);
        NDArray weights = numbers(y.getManager(), y.getShape().getShape());
        return y.mul(weights).sum();
    }
}
