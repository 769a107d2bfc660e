package io.github.peft4j.adapter.set;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.ops.TensorOps;
import org.jspecify.annotations.Nullable;

/**
 * One tensor of an adapter's file. Most are a parameter as it is ({@link #of}); a method whose file
 * holds something else, such as the prompt that an encoder made, says how it is written and read.
 */
public interface FileTensor {

    /** The shape that a file must have to be read. */
    Shape shape();

    /**
     * The value to be written.
     *
     * @param scratch where a value that is computed lives until it is written
     */
    NDArray write(NDManager scratch);

    /** Whether a value has the shape to be read. */
    default boolean takes(NDArray value) {
        return shape().equals(value.getShape());
    }

    /**
     * Takes over the value of a file, of {@link #shape} and of the kind that {@link #integers}
     * says.
     */
    void read(NDArray value);

    /** Whether the file holds integers; floating point numbers of any width if not. */
    default boolean integers() {
        return false;
    }

    /**
     * How many bits an integer has in the file: 8 for unsigned ones, or 16, 32 or 64 for signed
     * ones; 0 for as many as the written array has.
     */
    default int integerBits() {
        return 0;
    }

    /** Whether a file without it is refused; if not, a warning names it. */
    default boolean required() {
        return false;
    }

    /** Why a value can be written but not read, as a sentence with its cure; null if it can. */
    default @Nullable String writeOnly() {
        return null;
    }

    /** A parameter as it is. */
    static FileTensor of(Parameter parameter) {
        return new Plain(parameter, false);
    }

    /** A parameter as it is, without which a file is none of its adapter. */
    static FileTensor required(Parameter parameter) {
        return new Plain(parameter, true);
    }

    /** A parameter that stands in the file as it is. */
    record Plain(Parameter parameter, boolean required) implements FileTensor {

        @Override
        public Shape shape() {
            return parameter.getShape();
        }

        @Override
        public NDArray write(NDManager scratch) {
            return parameter.getArray();
        }

        @Override
        public void read(NDArray value) {
            put(parameter, value);
        }
    }

    /**
     * Gives a parameter the value of a file: overwrites its values, or replaces an initial value
     * that was not made yet. In the second case the value must stay open until {@link
     * AdapterSet#initialize}, which hands it to the adapter without a copy.
     */
    static void put(Parameter parameter, NDArray value) {
        if (parameter.isInitialized()) {
            TensorOps.copy(parameter.getArray(), value);
            return;
        }
        parameter.setInitializer((manager, shape, type) -> TensorOps.moved(value, manager));
    }
}
