package io.github.peft4j.adapter;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.ops.frozen.LowRank;
import org.jspecify.annotations.Nullable;

/** Only adds to the layer's output, so it can be scaled, routed and summed. */
public interface DeltaAdapter extends LayerAdapter {

    /** What is added to the layer's output, of the output's shape. */
    NDArray delta(NDArray x, BaseLayer base, AdapterPass pass);

    @Override
    default NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        return base.forward(x).add(delta(x, base, pass));
    }

    /**
     * What is added, where it is a product of two thin matrices without dropout in this pass; null
     * where it is not, or nobody says so. Blocks that compute several layers in one call ask for
     * it.
     */
    default @Nullable LowRank lowRank(AdapterPass pass) {
        return null;
    }

    @Override
    default boolean isScalable() {
        return true;
    }
}
