package io.github.peft4j.io;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.github.peft4j.ops.TensorOps;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.Map;

/**
 * A tensor that can be written: its type, its shape and, when asked for, its bytes. Made of an
 * array by {@link #of(NDArray)} or of an entry in a file by {@link SafetensorsReader#view}, which
 * also serves types that no DJL array can hold.
 */
public interface TensorView {

    /** The element type in the file. */
    Dtype dtype();

    /** The shape. */
    Shape shape();

    /** Writes all bytes, little-endian, first element first. */
    void writeTo(WritableByteChannel out) throws IOException;

    /**
     * A view of an array of FLOAT64, FLOAT32, FLOAT16, INT64, INT32, INT8, UINT8 or BOOLEAN. The
     * array must stay open, and unchanged, until the view has been written. An array whose elements
     * lie in order is not copied; a transposed one is, while it is written.
     *
     * @throws IllegalArgumentException if the array has another type or is sparse
     */
    static TensorView of(NDArray array) {
        return new ArrayTensor(array);
    }

    /**
     * A view of a float32 array that is written in another floating type, rounded to the nearest.
     *
     * @throws IllegalArgumentException if the type is none of F32, F16 and BF16
     */
    static TensorView of(NDArray array, Dtype type) {
        return switch (type) {
            case F32 -> of(array);
            case F16 -> of(TensorOps.detachedAs(array, DataType.FLOAT16));
            case BF16 -> new Bfloat16Tensor(array);
            default ->
                    throw new IllegalArgumentException(
                            "Float tensors are written as F32, F16 or BF16, not as " + type + ".");
        };
    }

    /**
     * A view of an INT64 array that is written as integers of another width.
     *
     * @param bits 8 for unsigned ones, or 16, 32 or 64 for signed ones; all numbers must fit
     */
    static TensorView ofIntegers(NDArray array, int bits) {
        return switch (bits) {
            case 8 -> of(TensorOps.detachedAs(array, DataType.UINT8));
            case 16 -> new ShortTensor(array);
            case 32 -> of(TensorOps.detachedAs(array, DataType.INT32));
            case 64 -> of(array);
            default ->
                    throw new IllegalArgumentException(
                            "Integers are written with 8, 16, 32 or 64 bits, not with "
                                    + bits
                                    + ".");
        };
    }

    /** Views of all arrays of a map, under the same names. */
    static Map<String, TensorView> of(Map<String, NDArray> arrays) {
        return ImmutableMap.copyOf(Maps.transformValues(arrays, TensorView::of));
    }
}
