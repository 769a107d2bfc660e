package io.github.peft4j.io;

import ai.djl.ndarray.types.Shape;

/**
 * One tensor of a safetensors file, with its place.
 *
 * @param begin first byte, counted from the start of the file
 * @param end byte after the last
 */
record TensorEntry(String name, Dtype dtype, Shape shape, long begin, long end) {

    long length() {
        return end - begin;
    }

    /** Whether the values lie where a CPU may read them as they are. */
    boolean isAligned() {
        return begin % Math.max(1, dtype.bits() / Byte.SIZE) == 0;
    }
}
