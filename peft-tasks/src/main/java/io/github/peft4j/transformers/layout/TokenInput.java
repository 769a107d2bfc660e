package io.github.peft4j.transformers.layout;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import org.jspecify.annotations.Nullable;

/** What every backbone does first: tokens or their embeddings, and where they stand. */
public final class TokenInput {

    private TokenInput() {}

    /**
     * The ids [B, S] of the input, or its embeddings [B, S, H].
     *
     * @throws IllegalArgumentException if it has neither, or they have no batch axis
     */
    public static NDArray tokens(ModelInput input) {
        @Nullable NDArray ids = input.inputIds();
        NDArray array = ids != null ? ids : input.inputsEmbeds();
        if (array == null || array.getShape().dimension() < 2) {
            throw new IllegalArgumentException(
                    "input_ids must be [batch, sequence], got "
                            + (array == null ? "only " + input.arrays().keySet() : array.getShape())
                            + ". Put a single text into a batch of one.");
        }
        return array;
    }

    /**
     * The tokens' embeddings in their layout, with the adapters of the pass.
     *
     * @throws IllegalArgumentException if an id is not in the vocabulary
     */
    public static NDArray embed(
            AdapterPass pass, Embedding table, ModelInput input, TokenLayout layout) {
        NDArray embeds = input.inputsEmbeds();
        return embed(pass, table, embeds != null ? embeds : tokens(input), layout);
    }

    /**
     * The same for a decoder's tokens.
     *
     * @param tokens ids [B, S], or embeddings [B, S, H], which are not looked up
     * @throws IllegalArgumentException if an id is not in the vocabulary
     */
    public static NDArray embed(
            AdapterPass pass, Embedding table, NDArray tokens, TokenLayout layout) {
        if (tokens.getShape().dimension() == 3) {
            NDArray packed = layout.pack(tokens);
            // Layers close what they are done with, and the caller's array must stay open.
            return packed == tokens ? tokens.reshape(tokens.getShape()) : packed;
        }
        requireRows(
                tokens,
                table,
                ModelInput.INPUT_IDS,
                "Encode the texts with the tokenizer of this checkpoint.");
        return table.forward(pass, layout.pack(tokens));
    }

    /**
     * Refuses ids that no row of a table stands for, which LibTorch would only call an index.
     *
     * @param argument name of the ids in the input
     * @param cure what to do, as a sentence
     * @throws IllegalArgumentException if there is one
     */
    public static void requireRows(NDArray ids, Embedding table, String argument, String cure) {
        if (ids.getDataType() != DataType.INT64) {
            throw new IllegalArgumentException(
                    argument + " must be int64, got " + ids.getDataType() + ".");
        }
        for (long id : ids.toLongArray()) {
            if (id < 0 || id >= table.rows()) {
                throw new IllegalArgumentException(
                        argument
                                + " holds "
                                + id
                                + ", but this model's table has rows 0 to "
                                + (table.rows() - 1)
                                + ". "
                                + cure);
            }
        }
    }

    /** {@code position_ids} in their layout, or positions counted on from those in the cache. */
    public static NDArray positions(ModelInput input, TokenLayout layout) {
        NDArray given = input.get(ModelInput.POSITION_IDS);
        if (given == null) {
            return layout.positions(past(input));
        }
        Shape shape = layout.shape();
        // One row may stand for all.
        return layout.pack(given.getShape().equals(shape) ? given : given.broadcast(shape));
    }

    /** How many positions came before this call. */
    public static long past(ModelInput input) {
        KeyValueCache cache = input.cache();
        return cache == null ? 0 : cache.length();
    }

    /** The layout that the positions somebody will read, and the active adapters, allow. */
    public static TokenLayout layout(AdapterPass pass, ModelInput input, boolean all) {
        NDArray ids = tokens(input);
        NDArray mask = input.attentionMask();
        return all || input.cache() != null || !pass.allowsPacking()
                ? TokenLayout.padded(ids, mask)
                : TokenLayout.packed(ids, mask).placed(pass, () -> TokenLayout.padded(ids, mask));
    }
}
