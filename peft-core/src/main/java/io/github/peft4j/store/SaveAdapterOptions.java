package io.github.peft4j.store;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * How adapters are saved.
 *
 * @param selectedAdapters which ones, by name; default all
 * @param saveEmbeddingLayers whether the weights of the base's input and output embedding are
 *     written too; default {@link EmbeddingLayers#AUTO}
 */
public record SaveAdapterOptions(
        List<String> selectedAdapters, EmbeddingLayers saveEmbeddingLayers) {

    /** Copies the collections. */
    public SaveAdapterOptions {
        selectedAdapters = ImmutableList.copyOf(selectedAdapters);
    }

    /** Every adapter, embeddings where they are targets. */
    public static final SaveAdapterOptions DEFAULT = builder().build();

    /** When the base's embeddings go into an adapter's file. */
    public enum EmbeddingLayers {
        /** Where {@code embed_tokens} or {@code lm_head} is a target, as vocabularies grow then. */
        AUTO,
        /** Always: for a base whose vocabulary was changed. */
        ALWAYS,
        /** Never. */
        NEVER
    }

    /** Starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds options. */
    public static final class Builder {

        private ImmutableList<String> selectedAdapters = ImmutableList.of();
        private EmbeddingLayers saveEmbeddingLayers = EmbeddingLayers.AUTO;

        private Builder() {}

        /** Saves these adapters only; all if none is named. */
        public Builder optSelectedAdapters(String... names) {
            selectedAdapters = ImmutableList.copyOf(names);
            return this;
        }

        /** Writes the base's embeddings, or does not. */
        public Builder optSaveEmbeddingLayers(EmbeddingLayers value) {
            saveEmbeddingLayers = value;
            return this;
        }

        /** The options. */
        public SaveAdapterOptions build() {
            return new SaveAdapterOptions(selectedAdapters, saveEmbeddingLayers);
        }
    }
}
