package io.github.peft4j.transformers.seq2seq;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.model.ModelInput.KnownStates;
import io.github.peft4j.transformers.layout.TokenLayout;
import org.jspecify.annotations.Nullable;

/**
 * What one half of an encoder-decoder is called with.
 *
 * @param tokens ids [B, S], or embeddings [B, S, H] in their place
 * @param layout of these tokens
 * @param keepStates whether the hidden states of all layers are wanted
 * @param memory what the decoder looks at; null in the encoder
 * @param cache keys and values of the decoder's earlier positions, or null
 * @param known what earlier calls have computed of the encoder's rows; null in the decoder, whose
 *     layers depend on the encoder too
 */
public record StackCall(
        AdapterPass pass,
        NDArray tokens,
        TokenLayout layout,
        boolean keepStates,
        @Nullable Memory memory,
        @Nullable KeyValueCache cache,
        @Nullable KnownStates known) {

    /**
     * What the encoder made.
     *
     * @param states in their layout
     */
    public record Memory(NDArray states, TokenLayout layout) {}

    /** How many of the decoder's positions came before this call; ask before the first layer. */
    public long past() {
        return cache == null ? 0 : cache.length();
    }
}
