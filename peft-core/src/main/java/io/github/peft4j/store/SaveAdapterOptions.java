package io.github.peft4j.store;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
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
 * @param convertsStart whether what a start has taken out of the base goes into the adapter, so
 *     that it is plain LoRA for the untouched base; default no
 * @param initialModel the folder of the adapter as it was at the start, for that; default null,
 *     what the adapter itself knows of it
 */
public record SaveAdapterOptions(
        List<String> selectedAdapters,
        EmbeddingLayers saveEmbeddingLayers,
        @Nullable String baseModelName,
        AdapterPassport passport,
        boolean convertsStart,
        @Nullable Path initialModel) {

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
        private boolean convertsStart;
        private @Nullable Path initialModel;

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

        /**
         * Writes adapters that began with PiSSA, OLoRA, CorDA or LoRA-GA as plain LoRA of twice the
         * rank, for the untouched base: the start is taken off again. What is in memory stays as it
         * is. Such a file needs no decomposition when it is loaded, and can be added to others.
         */
        public Builder optConvertStart(boolean value) {
            convertsStart = value;
            return this;
        }

        /**
         * The same with the start in a folder, which was saved before the training: PEFT's {@code
         * path_initial_model_for_weight_conversion}. It is only read.
         */
        public Builder optPathInitialModelForWeightConversion(Path value) {
            initialModel = value;
            return optConvertStart(true);
        }

        /** The options. */
        public SaveAdapterOptions build() {
            return new SaveAdapterOptions(
                    selectedAdapters,
                    saveEmbeddingLayers,
                    baseModelName,
                    passport,
                    convertsStart,
                    initialModel);
        }
    }
}
