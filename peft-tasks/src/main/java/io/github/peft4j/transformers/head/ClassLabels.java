package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/** Class numbers as labels, checked before the engine reads past an array. */
final class ClassLabels {

    /** The label that does not count. */
    static final long IGNORE = -100;

    private ClassLabels() {}

    /**
     * The labels' numbers.
     *
     * @throws IllegalArgumentException if one is neither a class nor {@link #IGNORE}
     */
    static long[] checked(NDArray labels, long classes) {
        if (labels.getDataType() != DataType.INT64) {
            throw new IllegalArgumentException(
                    "Class labels must be int64, got " + labels.getDataType() + ".");
        }
        long[] values = labels.toLongArray();
        for (long label : values) {
            if (label != IGNORE && (label < 0 || label >= classes)) {
                throw new IllegalArgumentException(
                        "Label "
                                + label
                                + " is out of range: the head has "
                                + classes
                                + " labels, numbered from 0 ("
                                + IGNORE
                                + " is ignored). Load the model with the right number of labels.");
            }
        }
        return values;
    }
}
