package io.github.peft4j.tuner.lora.calibrate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.TensorOps;

/** Numbers of a calibration in Java's memory, which no manager has to hold until they are used. */
record Matrix(float[] values, Shape shape) {

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
