package io.github.peft4j.task.data.read;

import com.google.common.primitives.Longs;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.github.peft4j.json.JsonReasons;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rows of a file with a JSON object a line. */
final class JsonLinesParser implements RowParser {

    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,400}");

    private final Utf8Lines lines;

    JsonLinesParser(Utf8Lines lines) {
        this.lines = lines;
    }

    @Override
    public void start(Set<String> columns) {
        // there is no header: each row is asked for its fields
    }

    @Override
    public @Nullable Row next() throws IOException {
        String line = lines.next();
        while (line != null && line.isBlank()) {
            line = lines.next();
        }
        return line == null ? null : object(line);
    }

    @Override
    public int line() {
        return lines.number();
    }

    private static Row object(String line) {
        try (JsonReader json = new JsonReader(new StringReader(line))) {
            json.setStrictness(Strictness.STRICT);
            Row row = fields(json);
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw new IllegalStateException("more text follows it");
            }
            return row;
        } catch (IOException | IllegalStateException notJson) {
            throw new IllegalArgumentException(
                    "this is no JSON object: %s. Write one object a line."
                            .formatted(JsonReasons.of(notJson)),
                    notJson);
        }
    }

    /**
     * Reads one object.
     *
     * @throws IllegalStateException if it is none, or names a field twice
     */
    static Row fields(JsonReader json) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            JsonToken kind = json.peek();
            if (kind == JsonToken.NUMBER) {
                String digits = json.nextString();
                texts.put(name, digits);
                put(values, name, number(digits));
                continue;
            }
            Object value = value(json);
            put(values, name, value);
            if (value instanceof String || value instanceof Boolean) {
                texts.put(name, String.valueOf(value));
            }
        }
        json.endObject();
        values.values().removeIf(Objects::isNull);
        @SuppressWarnings("NullAway") // no nulls are left
        Map<String, Object> present = (Map<String, Object>) values;
        return new Row(texts, present);
    }

    private static void put(
            Map<String, @Nullable Object> values, String name, @Nullable Object value) {
        if (values.containsKey(name)) {
            throw new IllegalStateException("it names '%s' twice".formatted(name));
        }
        values.put(name, value);
    }

    private static @Nullable Object value(JsonReader json) throws IOException {
        return switch (json.peek()) {
            case BEGIN_OBJECT -> {
                Map<String, @Nullable Object> object = new LinkedHashMap<>();
                json.beginObject();
                while (json.hasNext()) {
                    put(object, json.nextName(), value(json));
                }
                json.endObject();
                yield Collections.unmodifiableMap(object);
            }
            case BEGIN_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                json.beginArray();
                while (json.hasNext()) {
                    list.add(value(json));
                }
                json.endArray();
                yield Collections.unmodifiableList(list);
            }
            case NUMBER -> number(json.nextString());
            case BOOLEAN -> json.nextBoolean();
            case NULL -> {
                json.nextNull();
                yield null;
            }
            default -> json.nextString();
        };
    }

    /** A whole number, or one with a point or an exponent. */
    private static Number number(String digits) {
        if (!WHOLE.matcher(digits).matches()) {
            return Double.parseDouble(digits);
        }
        Long whole = Longs.tryParse(digits);
        return whole == null ? new BigInteger(digits) : whole;
    }
}
