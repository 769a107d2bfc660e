package io.github.peft4j.model;

import ai.djl.ndarray.NDArray;
import java.util.function.Supplier;

/**
 * Keys and values of the positions that came before a call, so that they are not computed again:
 * what generation grows, and what prefix tuning puts in front.
 *
 * <p>B is the batch, S this call's positions, P those before it, K H the heads of keys side by
 * side.
 */
public interface KeyValueCache {

    /** Keys and values of one layer. */
    record KeyValues(NDArray keys, NDArray values) {}

    /** P: how many positions came before, as long as no layer of this call has updated. */
    long length();

    /**
     * Adds this call's keys and values of a layer.
     *
     * @param layer number of the layer, from 0
     * @param keys [B, S, K H], turned to their positions already
     * @param values [B, S, K H]
     * @return those of all P + S positions, in the manager of {@code keys}
     */
    KeyValues update(int layer, NDArray keys, NDArray values);

    /**
     * A number of each row that calls of one text share: computed by the first call, and kept as
     * long as the text grows, where the cache keeps anything.
     *
     * @param key whose number it is
     * @param compute [B] int64
     */
    default NDArray rowFact(Object key, Supplier<NDArray> compute) {
        return compute.get();
    }

    /**
     * What a decoder's layer reads of the encoder, computed by the first call.
     *
     * @param layer number of the layer, from 0
     */
    KeyValues cross(int layer, Supplier<KeyValues> compute);
}
