package io.github.peft4j.adapter;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/** Runs around one layer, on activations. */
public interface LayerAdapter extends Adapter {

    /**
     * The adapted layer.
     *
     * @param x the layer's input
     * @param base the layer with every adapter beneath this one
     * @param pass the running pass; tensors are read by {@link AdapterPass#value}
     */
    NDArray forward(NDArray x, BaseLayer base, AdapterPass pass);

    /** This adapter over what lies beneath it, as one layer. */
    default BaseLayer over(BaseLayer below, AdapterPass pass) {
        LayerAdapter adapter = this;
        return new BaseLayer() {
            @Override
            public NDArray forward(NDArray x) {
                return adapter.forward(x, below, pass);
            }

            @Override
            public NDArray weight() {
                return below.weight();
            }

            @Override
            public @Nullable NDArray bias() {
                return below.bias();
            }

            @Override
            public double outputScale() {
                return below.outputScale();
            }
        };
    }
}
