package io.github.peft4j.store;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How adapters are saved.
 *
 * @param selectedAdapters which ones, by name; default all
 * @param saveEmbeddingLayers whether the weights of the base's input and output embedding are
 *     written too; default {@link EmbeddingLayers#AUTO}
 * @param baseModelName what the files call the base; default null, the directory or name that it
 *     was loaded by
 * @param passport what the caller knows of the adapters: laid over what the model knows
 */
public record SaveAdapterOptions(
        List<String> selectedAdapters,
        EmbeddingLayers saveEmbeddingLayers,
        @Nullable String baseModelName,
        AdapterPassport passport) {

    /** Copies the collections. */
    public SaveAdapterOptions {
        selectedAdapters = ImmutableList.copyOf(selectedAdapters);
    }

    /** Every adapter, embeddings where they are targets. */
    public static final SaveAdapterOptions DEFAULT = builder().build();

    /** When the base's embeddings go into an adapter's file. */
    public enum EmbeddingLayers {
        /**
         * Where {@code embed_tokens} or {@code lm_head} is a target, as vocabularies grow then, and
         * where the base has another number of tokens than its checkpoint.
         */
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
        private @Nullable String baseModelName;
        private AdapterPassport passport = AdapterPassport.EMPTY;

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

        /** Calls the base this in the files: its name on the hub, for readers elsewhere. */
        public Builder optBaseModelName(String value) {
            baseModelName = value;
            return this;
        }

        /**
         * Lays these values over the passports: tokenizer settings, figures. What the files
         * themselves decide (fingerprints, versions, the base's name) is always the model's.
         */
        public Builder optPassport(AdapterPassport value) {
            passport = value;
            return this;
        }

        /** The options. */
        public SaveAdapterOptions build() {
            return new SaveAdapterOptions(
                    selectedAdapters, saveEmbeddingLayers, baseModelName, passport);
        }
    }
}
