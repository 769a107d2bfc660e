package io.github.peft4j.transformers;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.transformers.part.TokenLayout;
import org.jspecify.annotations.Nullable;

/** The layers of a family without a head. */
public interface Backbone {

    /** Runs the layers. */
    Output forward(AdapterPass pass, ModelInput input, Wanted wanted);

    /** Which positions of the last layer somebody will read. */
    enum Wanted {
        /** All, padding too. */
        ALL,
        /** All but padding. */
        TOKENS,
        /** The first token of each row. */
        FIRST
    }

    /**
     * What the layers made.
     *
     * @param last hidden states after the last layer: [B, S, H] or, packed, [T, H]; for {@link
     *     Wanted#FIRST} [B, 1, H] or [B, H]
     * @param pooled what the pooler made of the first token [B, H], or null without a pooler
     * @param hiddenStates the embeddings and each layer's output [B, S, H]; empty unless asked for
     */
    record Output(
            NDArray last,
            TokenLayout layout,
            @Nullable NDArray pooled,
            ImmutableList<NDArray> hiddenStates) {}
}
