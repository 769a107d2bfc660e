package io.github.peft4j.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Keys and values given from outside, in front of those of one call. Differentiable: gradients
 * reach the given arrays.
 *
 * @param layers [B, P, K H] for each layer
 */
public record FixedKeyValueCache(List<KeyValues> layers) implements KeyValueCache {

    /** Refuses an empty list. */
    public FixedKeyValueCache {
        layers = ImmutableList.copyOf(layers);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException(
                    "There are keys and values of 0 layers. Give a pair for each layer.");
        }
    }

    @Override
    public long length() {
        return layers.get(0).keys().getShape().get(1);
    }

    @Override
    public KeyValues update(int layer, NDArray keys, NDArray values) {
        if (layer >= layers.size()) {
            throw new IllegalArgumentException(
                    "There are keys and values of "
                            + layers.size()
                            + " layers, but the model asks for layer "
                            + layer
                            + ". Give a pair for each layer.");
        }
        KeyValues given = layers.get(layer);
        return new KeyValues(joined(given.keys(), keys), joined(given.values(), values));
    }

    private static NDArray joined(NDArray before, NDArray now) {
        Shape given = before.getShape();
        Shape own = now.getShape();
        if (given.get(0) != own.get(0) || given.get(2) != own.get(2)) {
            throw new IllegalArgumentException(
                    "The given keys and values are "
                            + given
                            + ", but those of the model are "
                            + own
                            + ". Give a row for each text, and as many numbers a position as all"
                            + " heads of keys have together.");
        }
        NDArray joined = before.concat(now, 1);
        joined.attach(now.getManager());
        return joined;
    }

    @Override
    public KeyValues cross(int layer, Supplier<KeyValues> compute) {
        return compute.get();
    }
}
