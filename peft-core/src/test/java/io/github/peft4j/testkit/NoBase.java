package io.github.peft4j.testkit;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.BaseLayer;
import org.jspecify.annotations.Nullable;

/** A layer that an adapter must not ask. */
final class NoBase implements BaseLayer {

    @Override
    public NDArray forward(NDArray x) {
        throw new AssertionError("what is added does not depend on the layer");
    }

    @Override
    public NDArray weight() {
        throw new AssertionError("what is added does not depend on the weight");
    }

    @Override
    public @Nullable NDArray bias() {
        throw new AssertionError("what is added does not depend on the bias");
    }
}
