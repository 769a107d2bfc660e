package io.github.peft4j.model;

import ai.djl.nn.Parameter;
import org.jspecify.annotations.Nullable;

/** A layer that says itself what it computes and which parameters it has. */
public interface WeightedLayer {

    /** What the layer computes. */
    LayerKind kind();

    /** The weight as the checkpoint holds it. */
    Parameter weight();

    /** The row of a look-up that gets no gradient, or -1. */
    default long unmovedRow() {
        return -1;
    }

    /** The bias, or null. */
    @Nullable Parameter bias();
}
