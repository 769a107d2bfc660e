package io.github.peft4j.tuner.lora.calibrate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.TensorOps;
import java.util.Arrays;

/** Numbers of a calibration in Java's memory, which no manager has to hold until they are used. */
final class Matrix {

    private final float[] values;
    private final Shape shape;

    private Matrix(float[] values, Shape shape) {
        this.values = values;
        this.shape = shape;
    }

    Shape shape() {
        return shape;
    }

    /** A number that equal matrices share. */
    int hash() {
        return Arrays.hashCode(values);
    }

    static Matrix of(NDArray array) {
        try (NDArray own = TensorOps.detachedAs(array, DataType.FLOAT32)) {
            return new Matrix(own.toFloatArray(), own.getShape());
        }
    }

    NDArray in(NDManager manager) {
        try (NDArray wrapped = manager.create(values, shape)) {
            NDArray own = TensorOps.detached(wrapped);
            own.attach(manager);
            return own;
        }
    }
}
