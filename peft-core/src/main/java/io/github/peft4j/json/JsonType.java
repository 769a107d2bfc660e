package io.github.peft4j.json;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A type that a field may have in JSON, with its name for error texts.
 *
 * @param <T> the Java type it is converted to
 */
public final class JsonType<T> {

    /** {@code true} or {@code false}. */
    public static final JsonType<Boolean> FLAG = ofClass("true or false", Boolean.class);

    /** An integer that fits 32 bits. */
    public static final JsonType<Integer> INTEGER =
            new JsonType<>(
                    "an integer",
                    value ->
                            value instanceof Long number && number.intValue() == number
                                    ? Optional.of(number.intValue())
                                    : Optional.empty());

    /** An integer that fits 64 bits. */
    public static final JsonType<Long> LONG = ofClass("an integer", Long.class);

    /** An integer or a float. */
    public static final JsonType<Number> NUMBER = ofClass("a number", Number.class);

    /** A string. */
    public static final JsonType<String> STRING = ofClass("a string", String.class);

    /** An object with any content. */
    public static final JsonType<Map<String, @Nullable Object>> OBJECT =
            new JsonType<>(
                    "an object",
                    value ->
                            value instanceof Map<?, ?> map
                                    ? Optional.of(JsonValues.freezeObject(map))
                                    : Optional.empty());

    /** A list of strings. */
    public static final JsonType<List<String>> STRINGS = STRING.list("a list of strings");

    /** A list of integers. */
    public static final JsonType<List<Integer>> INTEGERS = INTEGER.list("a list of integers");

    /** A string or a list of strings. */
    public static final JsonType<OneOrMany<String>> STRING_OR_STRINGS = oneOrMany(STRING, STRINGS);

    /** An integer or a list of integers. */
    public static final JsonType<OneOrMany<Integer>> INTEGER_OR_INTEGERS =
            oneOrMany(INTEGER, INTEGERS);

    private final String name;
    private final Function<Object, Optional<T>> convert;
    private final Function<T, @Nullable Object> write;
    private final boolean immutable;

    private JsonType(String name, Function<Object, Optional<T>> convert) {
        this(name, convert, value -> value, false);
    }

    private JsonType(
            String name,
            Function<Object, Optional<T>> convert,
            Function<T, @Nullable Object> write,
            boolean immutable) {
        this.name = name;
        this.convert = convert;
        this.write = write;
        this.immutable = immutable;
    }

    /**
     * A type of one's own, whose values are immutable.
     *
     * @param name completes "must be ..."
     * @param read makes the value, or none if the JSON value is of another type
     * @param write gives the JSON value
     */
    public static <T> JsonType<T> of(
            String name, Function<Object, Optional<T>> read, Function<T, Object> write) {
        return new JsonType<>(name, read, write, true);
    }

    /**
     * A choice among named values.
     *
     * @param names the JSON value of each choice: a string or a boolean
     */
    public static <T> JsonType<T> choice(Map<T, ?> names) {
        String all =
                names.values().stream().map(PythonJson::write).collect(Collectors.joining(", "));
        return new JsonType<>(
                "one of " + all,
                json ->
                        names.entrySet().stream()
                                .filter(entry -> entry.getValue().equals(json))
                                .<T>map(Map.Entry::getKey)
                                .findFirst(),
                names::get,
                true);
    }

    private static <T> JsonType<T> ofClass(String name, Class<T> type) {
        return new JsonType<>(
                name,
                value -> type.isInstance(value) ? Optional.of(type.cast(value)) : Optional.empty());
    }

    /** The name in error texts. */
    public String name() {
        return name;
    }

    /**
     * This type, converted further.
     *
     * @param further makes the value that Java code sees
     * @param back gives the value that is written
     */
    public <U> JsonType<U> map(
            Function<? super T, ? extends U> further, Function<? super U, ? extends T> back) {
        return new JsonType<>(
                name,
                value -> convert.apply(value).map(further),
                value -> write.apply(back.apply(value)),
                immutable);
    }

    /** A value of this type as JSON. */
    public @Nullable Object toJson(T value) {
        return JsonValues.freeze(write.apply(value));
    }

    private static <T> JsonType<OneOrMany<T>> oneOrMany(JsonType<T> one, JsonType<List<T>> many) {
        return new JsonType<>(
                one.name + " or " + many.name,
                value -> {
                    Optional<OneOrMany<T>> single = one.convert.apply(value).map(OneOrMany::one);
                    return single.isPresent()
                            ? single
                            : many.convert.apply(value).map(OneOrMany::many);
                },
                OneOrMany::toJson,
                false);
    }

    /** A list of this type. */
    public JsonType<List<T>> list(String listName) {
        return new JsonType<>(
                listName,
                value -> {
                    if (!(value instanceof List<?> items)) {
                        return Optional.empty();
                    }
                    List<T> converted = new ArrayList<>();
                    for (Object item : items) {
                        Optional<T> one = item == null ? Optional.empty() : convert.apply(item);
                        if (one.isEmpty()) {
                            return Optional.empty();
                        }
                        converted.add(one.get());
                    }
                    return Optional.of(ImmutableList.copyOf(converted));
                },
                items -> items.stream().map(this::toJson).toList(),
                false);
    }

    /** An object whose values are of this type, in the order of the file. */
    public JsonType<Map<String, T>> values(String mapName) {
        return new JsonType<>(
                mapName,
                value -> {
                    if (!(value instanceof Map<?, ?> items)) {
                        return Optional.empty();
                    }
                    Map<String, T> converted = new LinkedHashMap<>();
                    for (Map.Entry<?, ?> item : items.entrySet()) {
                        Object part = item.getValue();
                        Optional<T> one = part == null ? Optional.empty() : convert.apply(part);
                        if (one.isEmpty()) {
                            return Optional.empty();
                        }
                        converted.put((String) item.getKey(), one.get());
                    }
                    return Optional.of(Collections.unmodifiableMap(converted));
                },
                items -> {
                    Map<String, @Nullable Object> json = new LinkedHashMap<>();
                    items.forEach((key, item) -> json.put(key, toJson(item)));
                    return json;
                },
                false);
    }

    /**
     * Converts a {@link JsonValues JSON value}.
     *
     * @param key the field, for the error text
     * @throws IllegalArgumentException if it is of another type; the text names field, value and
     *     type
     */
    public T convert(String key, @Nullable Object value) {
        Optional<T> converted = value == null ? Optional.empty() : convert.apply(value);
        return converted.orElseThrow(() -> refuse(key, value));
    }

    /**
     * An immutable copy of a value, as if it had been written and read.
     *
     * @param key the field, for the error text
     * @throws IllegalArgumentException if the type does not have it
     */
    public T copy(String key, T value) {
        return immutable ? value : convert(key, toJson(value));
    }

    /** Converts a {@link JsonValues JSON value}, if it is of this type. */
    public Optional<T> tryConvert(Object value) {
        return convert.apply(value);
    }

    private IllegalArgumentException refuse(String key, @Nullable Object value) {
        String text = PythonJson.write(value).replaceAll("\\n *", " ");
        String shown = text.length() > 100 ? text.substring(0, 100) + "..." : text;
        return new IllegalArgumentException(
                key + " is " + shown + " but must be " + name + ". Correct " + key + ".");
    }
}
