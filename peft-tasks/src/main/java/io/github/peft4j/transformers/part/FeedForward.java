package io.github.peft4j.transformers.part;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Module;
import io.github.peft4j.nn.StepLayer;
import org.jspecify.annotations.Nullable;

/** The part of a layer that treats each token by itself. */
public abstract class FeedForward extends Module {

    /** For parts. */
    protected FeedForward() {}

    /** Hidden states [..., H] to hidden states [..., H]. */
    public abstract NDArray forward(AdapterPass pass, NDArray x);

    /** What it consists of; null where it does not say. */
    public StepLayer.@Nullable FeedForward parts() {
        return null;
    }
}
