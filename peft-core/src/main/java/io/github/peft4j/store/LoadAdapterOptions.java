package io.github.peft4j.store;

import com.google.common.collect.ImmutableMap;
import java.util.Map;

/**
 * How an adapter is loaded.
 *
 * @param trainable whether it can train on; default false
 * @param subfolder folder inside the directory that holds the files; default none
 * @param ignoreMismatchedSizes whether tensors of another shape are left out with a warning instead
 *     of being refused; default false
 * @param keyMapping regular expression to replacement, applied to file keys behind {@code
 *     base_model.model.}; the first that matches wins; default none
 * @param ownLabels whether the adapter's head may have another number of labels than the base's, so
 *     that adapters of different label sets live on one base; default false
 * @param requireEffect whether an adapter that changes nothing is refused instead of warned of;
 *     default false
 */
public record LoadAdapterOptions(
        boolean trainable,
        String subfolder,
        boolean ignoreMismatchedSizes,
        Map<String, String> keyMapping,
        boolean ownLabels,
        boolean requireEffect) {

    /** Copies the collections. */
    public LoadAdapterOptions {
        keyMapping = ImmutableMap.copyOf(keyMapping);
    }

    /** For prediction, strict. */
    public static final LoadAdapterOptions DEFAULT = builder().build();

    /** For those who predict: an adapter without effect is refused. */
    public static final LoadAdapterOptions EFFECTIVE = builder().optRequireEffect(true).build();

    /** Starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds options. */
    public static final class Builder {

        private boolean trainable;
        private String subfolder = "";
        private boolean ignoreMismatchedSizes;
        private ImmutableMap<String, String> keyMapping = ImmutableMap.of();
        private boolean ownLabels;
        private boolean requireEffect;

        private Builder() {}

        /** Lets the adapter train on. */
        public Builder optTrainable(boolean value) {
            trainable = value;
            return this;
        }

        /** Reads the files from this folder inside the directory. */
        public Builder optSubfolder(String value) {
            subfolder = value;
            return this;
        }

        /** Leaves tensors of another shape out, with a warning. */
        public Builder optIgnoreMismatchedSizes(boolean value) {
            ignoreMismatchedSizes = value;
            return this;
        }

        /** Renames file keys. */
        public Builder optKeyMapping(Map<String, String> value) {
            keyMapping = ImmutableMap.copyOf(value);
            return this;
        }

        /**
         * Lets a head that the adapter saves whole have labels of its own, more or fewer than the
         * base's; {@code PeftModel.passport} names them.
         */
        public Builder optOwnLabels(boolean value) {
            ownLabels = value;
            return this;
        }

        /**
         * Refuses an adapter that changes nothing: one of whose layers' tensors none is in the
         * file, at least not under a name of theirs, or one that still stands where its training
         * starts. What predicts for others should set it.
         */
        public Builder optRequireEffect(boolean value) {
            requireEffect = value;
            return this;
        }

        /** The options. */
        public LoadAdapterOptions build() {
            return new LoadAdapterOptions(
                    trainable,
                    subfolder,
                    ignoreMismatchedSizes,
                    keyMapping,
                    ownLabels,
                    requireEffect);
        }
    }
}
