package io.github.peft4j.internal.runtime;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Activation;

/**
 * Adapters, or those of some layers, that are switched off for a while. Told apart by identity, so
 * that scopes may overlap and end in any order.
 */
public final class DisableScope {

    private final ImmutableList<String> layers;

    /** A silence of these layers; of all if there are none. */
    public DisableScope(ImmutableList<String> layers) {
        this.layers = layers;
    }

    /** What is left of an activation. */
    public Activation over(Activation activation) {
        return layers.isEmpty() ? activation.disable() : activation.disableLayers(layers);
    }
}
