package io.github.peft4j.store;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.json.PythonJson;
import io.github.peft4j.precision.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter is for, and what it was made from: {@value #FILE_NAME} in its folder, next to
 * PEFT's files. Python ignores it. Each part may be unknown. Immutable.
 */
public final class AdapterPassport {

    /** The file's name. */
    public static final String FILE_NAME = "adapter_passport.json";

    /** Nothing is known. */
    public static final AdapterPassport EMPTY = builder().build();

    private final ImmutableMap<String, Object> values;

    private AdapterPassport(Map<String, Object> values) {
        this.values = ImmutableMap.copyOf(values);
    }

    /**
     * The passport of a folder, if it has one.
     *
     * @throws IOException if the file cannot be read; the text names the value that is wrong
     */
    public static Optional<AdapterPassport> read(Path folder) throws IOException {
        Path file = folder.resolve(FILE_NAME);
        return Files.exists(file)
                ? Optional.of(new AdapterPassport(PassportFields.read(file)))
                : Optional.empty();
    }

    /** Starts with nothing known. */
    public static Builder builder() {
        return new Builder(ImmutableMap.of());
    }

    /** Starts with these values. */
    public Builder toBuilder() {
        return new Builder(values);
    }

    /** These values where they are known, those of the other where they are not. */
    public AdapterPassport over(AdapterPassport other) {
        Builder both = other.toBuilder();
        both.values.putAll(values);
        return both.build();
    }

    /** The task. */
    public Optional<TaskType> taskType() {
        return text(PassportFields.TASK_TYPE).map(TaskType::of);
    }

    /** {@code problem_type} of config.json: which loss a classifier has. */
    public Optional<String> problemType() {
        return text(PassportFields.PROBLEM_TYPE);
    }

    /** Names of the labels, in the order of the head's outputs; empty for tasks without. */
    public List<String> labels() {
        return values.get(PassportFields.LABELS) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : ImmutableList.of();
    }

    /** To how many tokens texts were cut. */
    public OptionalInt maxLength() {
        return values.get(PassportFields.MAX_LENGTH) instanceof Long length
                ? OptionalInt.of(Math.toIntExact(length))
                : OptionalInt.empty();
    }

    /** On which side rows were padded: {@code left} or {@code right}. */
    public Optional<String> paddingSide() {
        return text(PassportFields.PADDING_SIDE);
    }

    /** How token vectors become the text's: {@code MEAN}, {@code FIRST_TOKEN}, ... */
    public Optional<String> pooling() {
        return text(PassportFields.POOLING);
    }

    /** Whether vectors are scaled to length 1. */
    public Optional<Boolean> normalize() {
        return Optional.ofNullable((Boolean) values.get(PassportFields.NORMALIZE));
    }

    /** Texts in front of what is embedded, by their names ({@code query}, {@code document}). */
    public Map<String, String> prompts() {
        return texts(PassportFields.PROMPTS);
    }

    /** The source of the chat template that conversations were written with. */
    public Optional<String> chatTemplate() {
        return text(PassportFields.CHAT_TEMPLATE);
    }

    /** The directory or name that the base was loaded by. */
    public Optional<String> baseNameOrPath() {
        return text(PassportFields.BASE_NAME);
    }

    /** SHA-256 of the tensors in the base's files. */
    public Optional<String> baseFingerprint() {
        return text(PassportFields.BASE_FINGERPRINT);
    }

    /** How the layers of the base held their weights when the adapter was saved. */
    public Optional<Precision> basePrecision() {
        return text(PassportFields.BASE_PRECISION).map(Precision::of);
    }

    /** SHA-256 of the tensors in the adapter's file. */
    public Optional<String> adapterFingerprint() {
        return text(PassportFields.ADAPTER_FINGERPRINT);
    }

    /** SHA-256 of each tensor in the adapter's file, by its name there; empty if unknown. */
    public Map<String, String> adapterTensors() {
        return texts(PassportFields.ADAPTER_TENSORS);
    }

    /** What the adapter was trained on: a file or a dataset, by its name. */
    public Optional<String> trainingData() {
        return text(PassportFields.DATA);
    }

    /** SHA-256 of the examples that the adapter was trained on, in whatever order. */
    public Optional<String> trainingDataDigest() {
        return text(PassportFields.DATA_DIGEST);
    }

    /** The training's arguments, as JSON values; empty if unknown. */
    public Map<String, @Nullable Object> trainingArguments() {
        return object(PassportFields.ARGUMENTS);
    }

    /** Figures of the training and its last evaluation; empty if unknown. */
    public Map<String, @Nullable Object> trainingMetrics() {
        return object(PassportFields.METRICS);
    }

    /** Versions of what wrote the adapter. */
    public Map<String, @Nullable Object> versions() {
        return object(PassportFields.VERSIONS);
    }

    /** The file's text, in PEFT's way of writing JSON: sorted keys, two spaces. */
    public String toJson() {
        return PythonJson.write(PassportFields.nested(values));
    }

    private Optional<String> text(String key) {
        return Optional.ofNullable((String) values.get(key));
    }

    private Map<String, String> texts(String key) {
        ImmutableMap.Builder<String, String> texts = ImmutableMap.builder();
        object(key).forEach((name, text) -> texts.put(name, (String) text));
        return texts.buildOrThrow();
    }

    @SuppressWarnings("unchecked") // the table of fields says so, for files and for builders
    private Map<String, @Nullable Object> object(String key) {
        Object value = values.get(key);
        return value == null ? ImmutableMap.of() : (Map<String, @Nullable Object>) value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AdapterPassport that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return toJson();
    }

    /** Builds passports. */
    public static final class Builder {

        private final Map<String, Object> values;

        private Builder(Map<String, Object> values) {
            this.values = new TreeMap<>(values);
        }

        private Builder put(String key, @Nullable Object value) {
            if (value == null) {
                values.remove(key);
            } else {
                values.put(key, PassportFields.checked(key, value, "The passport"));
            }
            return this;
        }

        /** Says the task, or that it is unknown. */
        public Builder optTaskType(@Nullable TaskType value) {
            return put(PassportFields.TASK_TYPE, value == null ? null : value.name());
        }

        /** Says {@code problem_type}. */
        public Builder optProblemType(@Nullable String value) {
            return put(PassportFields.PROBLEM_TYPE, value);
        }

        /** Names the labels, in the order of the head's outputs; none makes them unknown. */
        public Builder optLabels(List<String> value) {
            return put(PassportFields.LABELS, value.isEmpty() ? null : value);
        }

        /** Says to how many tokens texts are cut. */
        public Builder optMaxLength(int value) {
            return put(PassportFields.MAX_LENGTH, value);
        }

        /** Says on which side rows are padded: {@code left} or {@code right}. */
        public Builder optPaddingSide(@Nullable String value) {
            return put(PassportFields.PADDING_SIDE, value);
        }

        /** Says how token vectors become the text's: a name of peft-tasks' {@code Pooling}. */
        public Builder optPooling(@Nullable String value) {
            return put(PassportFields.POOLING, value);
        }

        /** Says whether vectors are scaled to length 1. */
        public Builder optNormalize(boolean value) {
            return put(PassportFields.NORMALIZE, value);
        }

        /** Gives the texts in front of what is embedded, by their names. */
        public Builder optPrompts(Map<String, String> value) {
            return put(PassportFields.PROMPTS, value);
        }

        /** Gives the source of the chat template. */
        public Builder optChatTemplate(@Nullable String value) {
            return put(PassportFields.CHAT_TEMPLATE, value);
        }

        /** Says where the base came from, and what its tensors are. */
        public Builder optBase(@Nullable String nameOrPath, @Nullable String fingerprint) {
            return put(PassportFields.BASE_NAME, nameOrPath)
                    .put(PassportFields.BASE_FINGERPRINT, fingerprint);
        }

        /** Says how the layers of the base held their weights. */
        public Builder optBasePrecision(Precision value) {
            return put(PassportFields.BASE_PRECISION, value.text());
        }

        /** Says what the adapter's tensors are. */
        public Builder optAdapterFingerprint(@Nullable String value) {
            return put(PassportFields.ADAPTER_FINGERPRINT, value);
        }

        /** Says what each of the adapter's tensors is, by its name; none makes them unknown. */
        public Builder optAdapterTensors(Map<String, String> value) {
            return put(PassportFields.ADAPTER_TENSORS, value.isEmpty() ? null : value);
        }

        /** Names the file or dataset that the adapter is trained on. */
        public Builder optTrainingData(@Nullable String value) {
            return put(PassportFields.DATA, value);
        }

        /** Says what {@link AdapterPassport#trainingDataDigest} returns; the trainer does. */
        public Builder optTrainingDataDigest(@Nullable String value) {
            return put(PassportFields.DATA_DIGEST, value);
        }

        /** Gives the training's arguments and figures; a figure that is not finite is left out. */
        public Builder optTraining(Map<String, ?> arguments, Map<String, ?> metrics) {
            Map<String, Object> finite = new TreeMap<>();
            metrics.forEach(
                    (name, value) -> {
                        if (!(value instanceof Number n) || Double.isFinite(n.doubleValue())) {
                            finite.put(name, value);
                        }
                    });
            return put(PassportFields.ARGUMENTS, arguments).put(PassportFields.METRICS, finite);
        }

        /** Gives versions by the names of what they are of. */
        public Builder optVersions(Map<String, String> value) {
            return put(PassportFields.VERSIONS, value);
        }

        /** The passport. */
        public AdapterPassport build() {
            return new AdapterPassport(values);
        }
    }
}
