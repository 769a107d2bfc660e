package io.github.peft4j.ops;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/**
 * Copies that are meant to leave the graph: start values, merged weights, files. DJL's own methods
 * cut gradients without a word, so they are called here alone, under names that say so.
 */
public final class Copies {

    private Copies() {}

    /** The same numbers in memory of their own, without gradient history. */
    public static NDArray detached(NDArray array) {
        return array.duplicate();
    }

    /** The same numbers on a device, without gradient history; always a new array. */
    public static NDArray detachedTo(NDArray array, Device device) {
        return array.toDevice(device, true);
    }

    /** The same numbers in another type, without gradient history; always a new array. */
    public static NDArray detachedAs(NDArray array, DataType type) {
        return array.toType(type, true);
    }
}
