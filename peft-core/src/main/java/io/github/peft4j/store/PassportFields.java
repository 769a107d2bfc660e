package io.github.peft4j.store;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.json.JsonFile;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.precision.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The fields of a passport: where they stand in the file, and what they may be. */
final class PassportFields {

    static final String TASK_TYPE = "task_type";
    static final String PROBLEM_TYPE = "problem_type";
    static final String LABELS = "labels";
    static final String MAX_LENGTH = "max_length";
    static final String PADDING_SIDE = "padding_side";
    static final String POOLING = "pooling";
    static final String NORMALIZE = "normalize";
    static final String PROMPTS = "prompts";
    static final String CHAT_TEMPLATE = "chat_template";
    static final String BASE_NAME = "base.name_or_path";
    static final String BASE_FINGERPRINT = "base.fingerprint";
    static final String BASE_PRECISION = "base.precision";
    static final String ADAPTER_FINGERPRINT = "adapter.fingerprint";
    static final String ADAPTER_TENSORS = "adapter.tensors";
    static final String DATA = "training.data";
    static final String DATA_DIGEST = "training.data_digest";
    static final String ARGUMENTS = "training.arguments";
    static final String METRICS = "training.metrics";
    static final String VERSIONS = "versions";

    private static final String CURE =
            "Correct it, or delete the file to load the folder as Python's.";

    private static final Kind TEXT = new Kind("a text", String.class::isInstance);
    private static final Kind TEXTS =
            new Kind(
                    "a list of texts, at least one",
                    value ->
                            value instanceof List<?> list
                                    && list.stream().allMatch(String.class::isInstance)
                                    && !list.isEmpty());
    private static final Kind OBJECT = new Kind("an object", Map.class::isInstance);
    private static final Kind TEXT_OBJECT =
            new Kind(
                    "an object of texts",
                    value ->
                            value instanceof Map<?, ?> map
                                    && map.values().stream().allMatch(String.class::isInstance));

    private static final ImmutableMap<String, Kind> ALL =
            ImmutableMap.<String, Kind>builder()
                    .put(TASK_TYPE, oneOf(names(TaskType.values())))
                    .put(PROBLEM_TYPE, TEXT)
                    .put(LABELS, TEXTS)
                    .put(
                            MAX_LENGTH,
                            new Kind(
                                    "a whole number above 0",
                                    value ->
                                            value instanceof Long length
                                                    && length > 0
                                                    && length <= Integer.MAX_VALUE))
                    .put(PADDING_SIDE, oneOf(ImmutableSet.of("left", "right")))
                    .put(POOLING, TEXT)
                    .put(NORMALIZE, new Kind("true or false", Boolean.class::isInstance))
                    .put(PROMPTS, TEXT_OBJECT)
                    .put(CHAT_TEMPLATE, TEXT)
                    .put(BASE_NAME, TEXT)
                    .put(BASE_FINGERPRINT, TEXT)
                    .put(BASE_PRECISION, oneOf(precisions()))
                    .put(ADAPTER_FINGERPRINT, TEXT)
                    .put(ADAPTER_TENSORS, TEXT_OBJECT)
                    .put(DATA, TEXT)
                    .put(DATA_DIGEST, TEXT)
                    .put(ARGUMENTS, OBJECT)
                    .put(METRICS, OBJECT)
                    .put(VERSIONS, TEXT_OBJECT)
                    .buildOrThrow();

    private PassportFields() {}

    /**
     * What a value may be.
     *
     * @param rule it in words
     */
    private record Kind(String rule, Predicate<Object> allows) {}

    private static Kind oneOf(ImmutableSet<String> names) {
        return new Kind("one of " + Joiner.on(", ").join(names), names::contains);
    }

    private static ImmutableSet<String> names(TaskType[] types) {
        return Arrays.stream(types).map(TaskType::name).collect(ImmutableSet.toImmutableSet());
    }

    private static ImmutableSet<String> precisions() {
        return Arrays.stream(Precision.values())
                .map(Precision::text)
                .collect(ImmutableSet.toImmutableSet());
    }

    /** The fields of a file that are known, by their names here; others are passed over. */
    static Map<String, Object> read(Path file) throws IOException {
        Map<String, @Nullable Object> json = JsonFile.object(file, CURE);
        Map<String, Object> values = new LinkedHashMap<>();
        try {
            for (String field : ALL.keySet()) {
                Object value = find(json, field, file.toString());
                if (value != null) {
                    values.put(field, checked(field, value, file.toString()));
                }
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(Text.message(e.getMessage()) + " " + CURE, e);
        }
        return values;
    }

    private static @Nullable Object find(
            Map<String, @Nullable Object> json, String field, String source) {
        int dot = field.indexOf('.');
        if (dot < 0) {
            return json.get(field);
        }
        String group = field.substring(0, dot);
        Object inside = json.get(group);
        if (inside == null) {
            return null;
        }
        if (!(inside instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(
                    "%s: '%s' is %s. It must be an object."
                            .formatted(source, group, JsonReasons.shown(inside)));
        }
        return map.get(field.substring(dot + 1));
    }

    /** The value as JSON values hold it. */
    static Object checked(String field, Object value, String source) {
        Object frozen = JsonValues.freeze(value);
        Kind kind = ALL.get(field);
        if (kind == null || frozen == null || !kind.allows().test(frozen)) {
            throw new IllegalArgumentException(
                    "%s has %s = %s. It must be %s."
                            .formatted(
                                    source,
                                    field,
                                    JsonReasons.shown(value),
                                    kind == null ? "" : kind.rule()));
        }
        return frozen;
    }

    /** All fields as the file has them, null where they are unknown. */
    static Map<String, @Nullable Object> nested(Map<String, Object> values) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        Map<String, Map<String, @Nullable Object>> groups = new LinkedHashMap<>();
        for (String field : ALL.keySet()) {
            int dot = field.indexOf('.');
            if (dot < 0) {
                json.put(field, values.get(field));
            } else {
                groups.computeIfAbsent(field.substring(0, dot), group -> new LinkedHashMap<>())
                        .put(field.substring(dot + 1), values.get(field));
            }
        }
        json.putAll(groups);
        return json;
    }
}
