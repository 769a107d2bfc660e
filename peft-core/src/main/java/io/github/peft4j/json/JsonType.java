package io.github.peft4j.json;

import com.google.common.collect.ImmutableList;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

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
    public static final JsonType<OneOrMany<String>> STRING_OR_STRINGS =
            STRING.map(OneOrMany::one).or(STRINGS.map(OneOrMany::many));

    /** An integer or a list of integers. */
    public static final JsonType<OneOrMany<Integer>> INTEGER_OR_INTEGERS =
            INTEGER.map(OneOrMany::one).or(INTEGERS.map(OneOrMany::many));

    private final String name;
    private final Function<Object, Optional<T>> convert;

    private JsonType(String name, Function<Object, Optional<T>> convert) {
        this.name = name;
        this.convert = convert;
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

    /** This type, converted further. */
    public <U> JsonType<U> map(Function<? super T, ? extends U> further) {
        return new JsonType<>(name, value -> convert.apply(value).map(further));
    }

    /** This type or, where it does not fit, the other. */
    public JsonType<T> or(JsonType<? extends T> other) {
        return new JsonType<>(
                name + " or " + other.name,
                value -> {
                    Optional<T> first = convert.apply(value);
                    return first.isPresent() ? first : other.convert.apply(value).map(x -> x);
                });
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
                });
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
                    return Optional.of(converted);
                });
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
