package io.github.peft4j.tuner.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

/** Tensors of prompts and their encoders, with PyTorch's start values. */
public final class PromptTensors {

    private PromptTensors() {}

    /**
     * A trained tensor.
     *
     * @param name without dots, which DJL gives a meaning
     */
    public static Parameter trained(String name, NDArray array) {
        return parameter(name, array, false);
    }

    /** A tensor that does not train. */
    public static Parameter frozen(String name, NDArray array) {
        return parameter(name, array, true);
    }

    private static Parameter parameter(String name, NDArray array, boolean frozen) {
        Parameter parameter =
                Parameter.builder().setName(name).setType(Parameter.Type.WEIGHT).build();
        parameter.setArray(array);
        parameter.freeze(frozen);
        return parameter;
    }

    /** A start from N(0, 1), as that of {@code torch.nn.Embedding}. */
    public static NDArray normal(NDManager manager, long... shape) {
        return normal(manager, 1, shape);
    }

    /** A start from N(0, std²). */
    public static NDArray normal(NDManager manager, double std, long... shape) {
        Shape all = new Shape(shape);
        return all.size() == 0
                ? manager.zeros(all)
                : manager.randomNormal(0f, (float) std, all, DataType.FLOAT32);
    }

    /** A start uniform within ±1/√fanIn. */
    public static NDArray uniform(NDManager manager, long fanIn, long... shape) {
        float bound = (float) (1 / Math.sqrt((double) fanIn));
        return manager.randomUniform(-bound, bound, new Shape(shape), DataType.FLOAT32);
    }
}
