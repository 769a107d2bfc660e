package io.github.peft4j.nn;

/** A block that holds bare parameters of three axes: one matrix for each of its experts. */
public interface StackedWeights {

    /** Whether a matrix is stored as [in, out]; PyTorch's own order is [out, in]. */
    boolean isTransposed();
}
