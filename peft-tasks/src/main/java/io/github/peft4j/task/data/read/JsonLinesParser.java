package io.github.peft4j.task.data.read;

import com.google.common.collect.ImmutableMap;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.github.peft4j.json.JsonReasons;
import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows of a file with a JSON object a line. */
final class JsonLinesParser implements RowParser {

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
        return line == null ? null : new Row(object(line));
    }

    @Override
    public int line() {
        return lines.number();
    }

    private static ImmutableMap<String, String> object(String line) {
        try (JsonReader json = new JsonReader(new StringReader(line))) {
            json.setStrictness(Strictness.STRICT);
            return fields(json);
        } catch (IOException | IllegalStateException notJson) {
            throw new IllegalArgumentException(
                    "this is no JSON object: %s. Write one object a line."
                            .formatted(JsonReasons.of(notJson)),
                    notJson);
        }
    }

    private static ImmutableMap<String, String> fields(JsonReader json) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            JsonToken kind = json.peek();
            if (kind == JsonToken.STRING || kind == JsonToken.NUMBER) {
                put(fields, name, json.nextString());
            } else if (kind == JsonToken.BOOLEAN) {
                put(fields, name, String.valueOf(json.nextBoolean()));
            } else {
                json.skipValue();
            }
        }
        json.endObject();
        if (json.peek() != JsonToken.END_DOCUMENT) {
            throw new IllegalStateException("more text follows it");
        }
        return ImmutableMap.copyOf(fields);
    }

    private static void put(Map<String, String> fields, String name, String value) {
        if (fields.put(name, value) != null) {
            throw new IllegalStateException("it names '%s' twice".formatted(name));
        }
    }
}
