package io.github.peft4j.task.serve;

import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.PeftModel;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.task.folder.AdapterBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a {@code Criteria}, or of a serving.properties file, where every value is text.
 *
 * @param checkpoint the model's directory, where relative paths are looked for first
 * @param values the arguments by name; those of others are passed over
 */
record ServingArguments(Path checkpoint, Map<String, ?> values) {

    static final String TASK = "task";
    static final String ADAPTER = "adapter";
    static final String FRESH_HEAD = "freshHead";

    /** What a model and its translators read. */
    private static final ImmutableSet<String> KNOWN =
            ImmutableSet.of(
                    TASK,
                    ADAPTER,
                    FRESH_HEAD,
                    "merge",
                    "labels",
                    "maxLength",
                    "aggregation",
                    "stride",
                    "maxAnswerLength",
                    "handleImpossibleAnswer",
                    "pooling",
                    "normalize",
                    "prompt",
                    "chat");

    /** What DJL's loader and DJL Serving read. */
    private static final ImmutableSet<String> OF_DJL =
            ImmutableSet.of(
                    "engine",
                    "application",
                    "name",
                    "model_name",
                    "modelName",
                    "modelPath",
                    "model_path",
                    "artifact_id",
                    "blockFactory",
                    "translator",
                    "translatorFactory",
                    "batchifier",
                    "job_queue_size",
                    "batch_size",
                    "max_batch_delay",
                    "max_idle_time",
                    "minWorkers",
                    "maxWorkers",
                    "load_on_devices",
                    "log_request_metric",
                    "metrics_aggregation",
                    "prediction_timeout",
                    "retry_threshold",
                    "required_memory_mb",
                    "reserved_memory_mb");

    private static final ImmutableList<String> PREFIXES =
            ImmutableList.of("generation.", "option.", "gpu.", "cpu.", "SERVING_", "ai.djl.");

    /**
     * Refuses names that nobody reads.
     *
     * @throws IllegalArgumentException if there is one; the text names the nearest known one
     */
    void requireKnown() {
        for (String name : values.keySet()) {
            boolean known =
                    KNOWN.contains(name)
                            || OF_DJL.contains(name)
                            || PREFIXES.stream().anyMatch(name::startsWith);
            if (!known) {
                throw new IllegalArgumentException(
                        "There is no argument '%s'. Did you mean %s? Known are %s, and generation.* for texts."
                                .formatted(name, nearest(name), Joiner.on(", ").join(KNOWN)));
            }
        }
    }

    private static String nearest(String name) {
        String plain = plain(name);
        return KNOWN.stream()
                .min(Comparator.comparingInt(known -> distance(plain, plain(known))))
                .orElse(TASK);
    }

    /** How many letters are to be put in, left out or changed. */
    private static int distance(String one, String other) {
        int[] row = IntStream.rangeClosed(0, other.length()).toArray();
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }

    private static String plain(String name) {
        return name.replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT);
    }

    private static final Splitter LIST = Splitter.on(',').trimResults().omitEmptyStrings();

    /**
     * The task that is named, or that of the first adapter.
     *
     * @throws IOException if the adapter's config cannot be read
     */
    TaskType task() throws IOException {
        Object given = values.get(TASK);
        if (given instanceof TaskType type) {
            return type;
        }
        if (given != null) {
            return choice(TASK, TaskType.class, TaskType.SEQ_CLS);
        }
        Optional<Path> adapter = firstAdapter();
        if (adapter.isPresent()) {
            Optional<TaskType> own = AdapterBase.of(adapter.orElseThrow()).taskType();
            if (own.isPresent()) {
                return own.orElseThrow();
            }
        }
        throw new IllegalArgumentException(
                "The argument task is missing, and no adapter names its task. Set it to one of "
                        + Joiner.on(", ").join(TaskType.values())
                        + ".");
    }

    /** The directory of the adapter to start with. */
    Optional<Path> firstAdapter() throws IOException {
        return adapters().values().stream().findFirst();
    }

    /** What the first adapter's folder says of itself; empty without one. */
    AdapterPassport passport() throws IOException {
        Optional<Path> adapter = firstAdapter();
        return adapter.isPresent()
                ? AdapterPassport.read(adapter.orElseThrow()).orElse(AdapterPassport.EMPTY)
                : AdapterPassport.EMPTY;
    }

    /**
     * Directories of adapters by name, the one to start with first; empty for the bare checkpoint.
     *
     * @throws IOException if one does not exist
     */
    ImmutableMap<String, Path> adapters() throws IOException {
        Object given = values.get(ADAPTER);
        ImmutableMap.Builder<String, Path> adapters = ImmutableMap.builder();
        if (given instanceof Map<?, ?> named) {
            for (Map.Entry<?, ?> entry : named.entrySet()) {
                adapters.put(entry.getKey().toString(), directory(entry.getValue().toString()));
            }
        } else if (given != null) {
            String text = given.toString();
            if (text.indexOf('=') < 0 || existing(text) != null) {
                adapters.put(PeftModel.DEFAULT_ADAPTER, directory(text));
            } else {
                for (String pair : LIST.split(text)) {
                    int equals = pair.indexOf('=');
                    if (equals < 1) {
                        throw wrong(ADAPTER, "a directory, or name=directory with commas between");
                    }
                    adapters.put(
                            pair.substring(0, equals).strip(),
                            directory(pair.substring(equals + 1).strip()));
                }
            }
        }
        return adapters.buildOrThrow();
    }

    private Path directory(String text) throws IOException {
        Path directory = existing(text);
        if (directory == null) {
            throw new IOException(
                    ("There is no adapter directory '%s', neither in '%s' nor in '%s'. Set the"
                                    + " argument adapter to one that holds adapter_config.json.")
                            .formatted(text, checkpoint, Path.of("").toAbsolutePath()));
        }
        return directory;
    }

    private @Nullable Path existing(String text) {
        try {
            Path inside = checkpoint.resolve(text);
            Path path = Files.isDirectory(inside) ? inside : Path.of(text);
            return Files.isDirectory(path) ? path : null;
        } catch (InvalidPathException noPath) {
            return null;
        }
    }

    /** Names of the labels; empty for those of config.json. */
    ImmutableList<String> labels() {
        Object given = values.get("labels");
        if (given == null) {
            return ImmutableList.of();
        }
        ImmutableList.Builder<String> labels = ImmutableList.builder();
        if (given instanceof Iterable<?> list) {
            list.forEach(label -> labels.add(label.toString()));
        } else if (given instanceof Object[] array) {
            Arrays.stream(array).forEach(label -> labels.add(label.toString()));
        } else {
            labels.addAll(LIST.split(given.toString()));
        }
        ImmutableList<String> names = labels.build();
        if (names.isEmpty()) {
            throw wrong("labels", "names with commas between");
        }
        return names;
    }

    /** Whether the caller has given it. */
    boolean has(String name) {
        return values.get(name) != null;
    }

    /** A text, if the caller has given it. */
    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name)).map(Object::toString);
    }

    /** A truth value. */
    boolean flag(String name, boolean missing) {
        Object given = values.get(name);
        if (given == null || given instanceof Boolean) {
            return given == null ? missing : (Boolean) given;
        }
        return switch (given.toString().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(name, "true or false");
        };
    }

    /** A whole number above 0. */
    OptionalInt count(String name) {
        Object given = values.get(name);
        if (given == null) {
            return OptionalInt.empty();
        }
        try {
            int count = Integer.parseInt(given.toString().strip());
            if (count > 0) {
                return OptionalInt.of(count);
            }
        } catch (NumberFormatException noNumber) {
            // what is wrong with it is said below
        }
        throw wrong(name, "a whole number above 0");
    }

    /** One of a few values, in upper or lower case. */
    <E extends Enum<E>> E choice(String name, Class<E> type, E missing) {
        Object given = values.get(name);
        if (given == null) {
            return missing;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(given.toString().strip())) {
                return constant;
            }
        }
        throw wrong(name, "one of " + Joiner.on(", ").join(type.getEnumConstants()));
    }

    /** The arguments whose names start so, without the start. */
    ImmutableMap<String, Object> startingWith(String start) {
        ImmutableMap.Builder<String, Object> found = ImmutableMap.builder();
        values.forEach(
                (name, value) -> {
                    if (name.startsWith(start)) {
                        found.put(name.substring(start.length()), value);
                    }
                });
        return found.buildOrThrow();
    }

    private IllegalArgumentException wrong(String name, String wanted) {
        return new IllegalArgumentException(
                "The argument %s is '%s'. It must be %s."
                        .formatted(name, values.get(name), wanted));
    }
}
