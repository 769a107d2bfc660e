package io.github.peft4j.precision;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * Another way to compute a layer from its frozen weight: in the type of its file, or in a layout
 * made for a faster product. It has no gradient, so a pass that records one never uses it.
 */
public interface FrozenForm {

    /**
     * The output of the layer for its own weight.
     *
     * @param bias [out], or null
     */
    NDArray forward(NDArray x, @Nullable NDArray bias);
}
