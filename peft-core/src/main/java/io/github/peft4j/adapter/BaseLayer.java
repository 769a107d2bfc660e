package io.github.peft4j.adapter;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/** What an adapter may ask of the layer it wraps. */
public interface BaseLayer {

    /** The layer with every adapter beneath the asking one. */
    NDArray forward(NDArray x);

    /** The frozen weight, [out, in], whatever lies above it. */
    NDArray weight();

    /** The bias that the layer adds, or null if it has none. */
    @Nullable NDArray bias();

    /**
     * Factor on the layer's output that its weight does not show: 1 but for a scaled embedding.
     * What is added to the output takes it too.
     */
    default double outputScale() {
        return 1;
    }
}
