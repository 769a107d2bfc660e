package io.github.peft4j.tuner;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** Start values that methods share, drawn from LibTorch's generator. */
public final class Initializers {

    private Initializers() {}

    /**
     * PyTorch's start of a linear layer, Kaiming's rule with a = √5: uniform within ±1/√n, where n
     * is the number of values in a row.
     *
     * @param shape the first axis counts rows
     */
    public static NDArray kaiming(NDManager manager, Shape shape) {
        double row = (double) shape.slice(1).size();
        float bound = row == 0 ? 0 : (float) (1 / Math.sqrt(row));
        return manager.randomUniform(-bound, bound, shape);
    }
}
