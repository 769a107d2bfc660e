package io.github.peft4j.model;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * A module at its place in a model.
 *
 * @param path dotted module name as the checkpoint has it, e.g. {@code
 *     encoder.layer.0.attention.self.query}
 * @param kind what it computes
 * @param block the module itself
 * @param weight its weight, or null for a module without one
 * @param bias its bias, or null
 */
public record LayerSite(
        String path,
        LayerKind kind,
        Block block,
        @Nullable Parameter weight,
        @Nullable Parameter bias) {

    /** The weight of a site that a tuner adapts. */
    public Parameter requireWeight() {
        if (weight == null) {
            throw new IllegalArgumentException(
                    "Layer " + path + " (" + kind + ") has no weight and cannot be adapted.");
        }
        return weight;
    }
}
