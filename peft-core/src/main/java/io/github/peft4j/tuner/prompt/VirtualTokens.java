package io.github.peft4j.tuner.prompt;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields that the configs of all prompt methods share. Flat in JSON. What is null but the
 * number of tokens is taken from the model's config when an adapter is made.
 *
 * @param numVirtualTokens how many tokens stand in front of a text; needed, but for CPT, before an
 *     adapter is made; default null
 * @param tokenDim features of a token; default null
 * @param numTransformerSubmodules 2 for an encoder and a decoder, else 1; default null
 * @param numAttentionHeads heads of keys; default null
 * @param numLayers layers of the model; default null
 * @param modulesToSave ends of names of modules that are trained and saved whole; default null
 */
public record VirtualTokens(
        @Nullable Integer numVirtualTokens,
        @Nullable Integer tokenDim,
        @Nullable Integer numTransformerSubmodules,
        @Nullable Integer numAttentionHeads,
        @Nullable Integer numLayers,
        @Nullable List<String> modulesToSave) {

    /** The fields of a config that says nothing. */
    public static final VirtualTokens DEFAULT =
            new VirtualTokens(null, null, null, null, null, null);

    /**
     * Checks the numbers that are there.
     *
     * @throws IllegalArgumentException if one is too small
     */
    public VirtualTokens {
        requireAtLeast(0, "num_virtual_tokens", numVirtualTokens);
        requireAtLeast(1, "token_dim", tokenDim);
        requireAtLeast(1, "num_transformer_submodules", numTransformerSubmodules);
        requireAtLeast(1, "num_attention_heads", numAttentionHeads);
        requireAtLeast(1, "num_layers", numLayers);
        modulesToSave = modulesToSave == null ? null : ImmutableList.copyOf(modulesToSave);
    }

    private static void requireAtLeast(int least, String key, @Nullable Integer value) {
        Preconditions.checkArgument(
                value == null || value >= least, "%s is %s; give at least %s.", key, value, least);
    }

    /** These fields with another number of tokens. */
    public VirtualTokens withNumVirtualTokens(@Nullable Integer value) {
        return new VirtualTokens(
                value,
                tokenDim,
                numTransformerSubmodules,
                numAttentionHeads,
                numLayers,
                modulesToSave);
    }

    /** These fields with other features of a token. */
    public VirtualTokens withTokenDim(@Nullable Integer value) {
        return new VirtualTokens(
                numVirtualTokens,
                value,
                numTransformerSubmodules,
                numAttentionHeads,
                numLayers,
                modulesToSave);
    }

    /** These fields with another number of stacks. */
    public VirtualTokens withNumTransformerSubmodules(@Nullable Integer value) {
        return new VirtualTokens(
                numVirtualTokens, tokenDim, value, numAttentionHeads, numLayers, modulesToSave);
    }

    /** These fields with another number of heads. */
    public VirtualTokens withNumAttentionHeads(@Nullable Integer value) {
        return new VirtualTokens(
                numVirtualTokens,
                tokenDim,
                numTransformerSubmodules,
                value,
                numLayers,
                modulesToSave);
    }

    /** These fields with another number of layers. */
    public VirtualTokens withNumLayers(@Nullable Integer value) {
        return new VirtualTokens(
                numVirtualTokens,
                tokenDim,
                numTransformerSubmodules,
                numAttentionHeads,
                value,
                modulesToSave);
    }

    /** These fields with other modules that are saved whole. */
    public VirtualTokens withModulesToSave(@Nullable List<String> value) {
        return new VirtualTokens(
                numVirtualTokens,
                tokenDim,
                numTransformerSubmodules,
                numAttentionHeads,
                numLayers,
                value);
    }

    /** Puts the fields under their JSON keys. */
    public void putInto(Map<String, @Nullable Object> json) {
        json.put("num_virtual_tokens", numVirtualTokens);
        json.put("token_dim", tokenDim);
        json.put("num_transformer_submodules", numTransformerSubmodules);
        json.put("num_attention_heads", numAttentionHeads);
        json.put("num_layers", numLayers);
        json.put("modules_to_save", modulesToSave);
    }
}
