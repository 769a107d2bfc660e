package io.github.peft4j.json;

import com.google.common.primitives.Longs;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.github.peft4j.internal.text.Text;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as plain immutable Java values: {@code String}, {@code Boolean}, {@code Long} (or {@code
 * BigInteger}) for an integer, {@code Double} for a number with a point or an exponent, {@code
 * List}, {@code Map} in the order of the file, and null.
 *
 * <p>An integer and a float stay different, because PEFT writes them differently ({@code 8}, {@code
 * 8.0}).
 */
public final class JsonValues {

    private static final String CURE = "Correct it, or get the file again from where it came.";

    /** Far deeper than any file of a checkpoint, and far from the end of the stack. */
    private static final int DEEPEST = 127;

    private JsonValues() {}

    /**
     * Parses the bytes of a file that holds one JSON object.
     *
     * @param source the file, for error texts
     * @param cure what to do about a broken file, as a sentence
     * @throws IOException if the bytes are no UTF-8 or the text is no JSON object
     */
    public static Map<String, @Nullable Object> parseObject(byte[] utf8, String source, String cure)
            throws IOException {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
            return parseObject(text, source, cure);
        } catch (CharacterCodingException e) {
            throw new IOException(source + " is no UTF-8 text. " + cure, e);
        }
    }

    /**
     * Parses a text that holds one JSON object; of equal keys the last one counts, and {@code NaN}
     * and {@code Infinity} are numbers, as in Python.
     *
     * @throws IOException if the text is no JSON object
     */
    public static Map<String, @Nullable Object> parseObject(String text, String source)
            throws IOException {
        return parseObject(text, source, CURE);
    }

    private static Map<String, @Nullable Object> parseObject(
            String text, String source, String cure) throws IOException {
        try (JsonReader reader = new JsonReader(new StringReader(PythonNumbers.marked(text)))) {
            reader.setStrictness(Strictness.STRICT);
            reader.setNestingLimit(DEEPEST);
            if (reader.peek() != JsonToken.BEGIN_OBJECT) {
                throw new MalformedJsonException(
                        "found " + JsonReasons.name(reader.peek()) + " where an object must be");
            }
            Map<String, @Nullable Object> object = readObject(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new MalformedJsonException("text after the object at " + reader.getPath());
            }
            return object;
        } catch (IOException e) {
            throw new IOException(
                    "%s is no valid JSON object: %s. %s".formatted(source, JsonReasons.of(e), cure),
                    e);
        }
    }

    private static @Nullable Object readValue(JsonReader reader) throws IOException {
        JsonToken token = reader.peek();
        return switch (token) {
            case BEGIN_OBJECT -> readObject(reader);
            case BEGIN_ARRAY -> readArray(reader);
            case STRING -> PythonNumbers.value(reader.nextString());
            case BOOLEAN -> reader.nextBoolean();
            case NUMBER -> number(reader.nextString(), reader);
            case NULL -> {
                reader.nextNull();
                yield null;
            }
            default -> throw new MalformedJsonException("unexpected " + token);
        };
    }

    private static Map<String, @Nullable Object> readObject(JsonReader reader) throws IOException {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        reader.beginObject();
        while (reader.hasNext()) {
            String key = reader.nextName();
            object.put(key, readValue(reader));
        }
        reader.endObject();
        return Collections.unmodifiableMap(object);
    }

    private static List<@Nullable Object> readArray(JsonReader reader) throws IOException {
        List<@Nullable Object> array = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
            array.add(readValue(reader));
        }
        reader.endArray();
        return Collections.unmodifiableList(array);
    }

    private static Number number(String literal, JsonReader reader) throws IOException {
        if (literal.indexOf('.') >= 0 || literal.indexOf('e') >= 0 || literal.indexOf('E') >= 0) {
            Double number = Double.valueOf(literal);
            if (number.isInfinite()) {
                throw new MalformedJsonException(
                        "the number "
                                + Text.cut(literal)
                                + " at "
                                + reader.getPreviousPath()
                                + " is out of range");
            }
            return number;
        }
        Long small = Longs.tryParse(literal);
        return small != null ? small : new BigInteger(literal);
    }

    /**
     * An immutable copy of an object given as Java collections.
     *
     * @throws IllegalArgumentException if it holds something that JSON has not
     */
    public static Map<String, @Nullable Object> freezeObject(Map<?, ?> object) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        object.forEach(
                (key, value) -> {
                    if (!(key instanceof String name)) {
                        throw noJson(key);
                    }
                    copy.put(name, freeze(value));
                });
        return Collections.unmodifiableMap(copy);
    }

    /**
     * An immutable copy of a value; integers of every width become {@code Long}, floats {@code
     * Double} with the same decimal text.
     *
     * @throws IllegalArgumentException if it holds something that JSON has not
     */
    public static @Nullable Object freeze(@Nullable Object value) {
        if (value == null || value instanceof String || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Number number) {
            return freezeNumber(number);
        }
        if (value instanceof Map<?, ?> map) {
            return freezeObject(map);
        }
        if (value instanceof Iterable<?> items) {
            List<@Nullable Object> copy = new ArrayList<>();
            items.forEach(item -> copy.add(freeze(item)));
            return Collections.unmodifiableList(copy);
        }
        throw noJson(value);
    }

    /** A number as JSON values hold it. */
    public static Number freezeNumber(Number value) {
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return value.longValue();
        }
        if (value instanceof Float) {
            return Double.valueOf(value.toString());
        }
        if (value instanceof BigInteger big) {
            return big.bitLength() < Long.SIZE ? (Number) big.longValue() : big;
        }
        if (value instanceof Long || value instanceof Double) {
            return value;
        }
        throw noJson(value);
    }

    private static IllegalArgumentException noJson(@Nullable Object value) {
        return new IllegalArgumentException(
                "A "
                        + (value == null ? "null key" : value.getClass().getName())
                        + " cannot stand in a config. Use strings, booleans, integers, floats,"
                        + " doubles, lists and maps with string keys.");
    }
}
