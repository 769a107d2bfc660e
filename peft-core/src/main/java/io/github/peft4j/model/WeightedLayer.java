package io.github.peft4j.model;

import ai.djl.nn.Parameter;
import org.jspecify.annotations.Nullable;

/** A layer that says itself what it computes and which parameters it has. */
public interface WeightedLayer {

    /** What the layer computes. */
    LayerKind kind();

    /** The weight as the checkpoint holds it. */
    Parameter weight();

    /** The bias, or null. */
    @Nullable Parameter bias();
}
