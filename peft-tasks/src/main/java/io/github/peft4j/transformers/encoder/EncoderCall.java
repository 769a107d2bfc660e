package io.github.peft4j.transformers.encoder;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.transformers.layout.TokenLayout;
import org.jspecify.annotations.Nullable;

/**
 * What a layer needs to know of the call that it is part of.
 *
 * @param cache keys and values from outside, in front of the call's own, or null
 * @param firstOnly whether only the first token of each row is wanted of this layer
 */
public record EncoderCall(
        AdapterPass pass, TokenLayout layout, @Nullable KeyValueCache cache, boolean firstOnly) {

    /** The same call of a layer whose output is wanted of all tokens. */
    public EncoderCall ofAll() {
        return new EncoderCall(pass, layout, cache, false);
    }

    /** The rows of x whose output is wanted. */
    public NDArray wanted(NDArray x) {
        return firstOnly ? layout.first(x) : x;
    }
}
