package io.github.peft4j.tuner.prompt;

import com.google.common.base.Preconditions;
import io.github.peft4j.tuner.prompt.config.PromptConfig;

/**
 * The sizes of a prompt on a model.
 *
 * @param tokens n, virtual tokens of one stack
 * @param stacks 2 for an encoder and a decoder, else 1
 * @param dim features of a token, or of all heads of keys
 * @param layers L, layers of the model
 */
public record PromptShape(int tokens, int stacks, int dim, int layers) {

    /**
     * The sizes in a config that the model has completed.
     *
     * @throws IllegalArgumentException if the number of tokens is not set
     */
    static PromptShape of(PromptConfig filled) {
        int tokens =
                filled.numVirtualTokens()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "num_virtual_tokens is null; it must be an int of"
                                                        + " at least 1. Set it in the config."));
        int stacks = filled.numTransformerSubmodules().orElseThrow();
        Preconditions.checkArgument(
                Math.abs((long) tokens * stacks) <= Integer.MAX_VALUE,
                "num_virtual_tokens is %s and num_transformer_submodules %s, which makes %s rows;"
                        + " at most %s fit a table. Choose fewer virtual tokens.",
                tokens,
                stacks,
                (long) tokens * stacks,
                Integer.MAX_VALUE);
        return new PromptShape(
                tokens, stacks, filled.tokenDim().orElseThrow(), filled.numLayers().orElseThrow());
    }

    /** Rows of a table with the virtual tokens of all stacks. */
    public int rows() {
        return tokens * stacks;
    }
}
