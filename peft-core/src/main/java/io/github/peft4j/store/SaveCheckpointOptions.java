package io.github.peft4j.store;

import ai.djl.ndarray.types.DataType;
import com.google.common.base.Preconditions;
import com.google.common.collect.Sets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a merged model is saved as a checkpoint. Immutable. */
public final class SaveCheckpointOptions {

    /** In the types of the base's file, with its tokenizer. */
    public static final SaveCheckpointOptions DEFAULT = builder().build();

    private final @Nullable DataType dtype;
    private final long maxShardBytes;
    private final @Nullable Path tokenizer;

    private SaveCheckpointOptions(Builder builder) {
        dtype = builder.dtype;
        maxShardBytes = builder.maxShardBytes;
        tokenizer = builder.tokenizer;
    }

    /** Starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** The type of all tensors, if they do not keep those of the base's file. */
    public Optional<DataType> dtype() {
        return Optional.ofNullable(dtype);
    }

    /** The largest size of a file's tensors, in bytes. */
    public long maxShardBytes() {
        return maxShardBytes;
    }

    /** Where the tokenizer's files are taken from, if not from the base. */
    public Optional<Path> tokenizer() {
        return Optional.ofNullable(tokenizer);
    }

    /** Builds options. */
    public static final class Builder {

        private static final long GIB = 1L << 30;

        private static final Set<DataType> TYPES =
                Sets.immutableEnumSet(DataType.FLOAT32, DataType.FLOAT16, DataType.BFLOAT16);

        private @Nullable DataType dtype;
        private long maxShardBytes = 5 * GIB;
        private @Nullable Path tokenizer;

        private Builder() {}

        /** Writes all tensors as FLOAT32, FLOAT16 or BFLOAT16. Default: as in the base's file. */
        public Builder optDtype(DataType value) {
            Preconditions.checkArgument(
                    TYPES.contains(value),
                    "The type is %s. Weights are written as one of %s.",
                    value,
                    TYPES);
            dtype = value;
            return this;
        }

        /** Splits the tensors into files of at most this size in bytes. Default 5 GiB. */
        public Builder optMaxShardBytes(long value) {
            Preconditions.checkArgument(
                    value > 0, "The size of a shard is %s. Give a positive number.", value);
            maxShardBytes = value;
            return this;
        }

        /**
         * Takes tokenizer and chat template from this directory: that of the adapter if it brings
         * its own. Default: the base's directory.
         */
        public Builder optTokenizer(Path directory) {
            tokenizer = directory;
            return this;
        }

        /** The options. */
        public SaveCheckpointOptions build() {
            return new SaveCheckpointOptions(this);
        }
    }
}
