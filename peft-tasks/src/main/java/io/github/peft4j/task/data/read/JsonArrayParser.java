package io.github.peft4j.task.data.read;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.github.peft4j.json.JsonReasons;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The objects of a JSON array, read one by one. */
final class JsonArrayParser implements RowParser {

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    /** How Gson's reader describes itself. */
    private static final Pattern LINE = Pattern.compile(" at line (\\d{1,9}) ");

    private final String file;
    private final @Nullable String field;
    private final JsonReader json;
    private int line = 1;

    JsonArrayParser(RowFormat.JsonArray format, String file, InputStream bytes) throws IOException {
        this.file = file;
        field = format.field();
        Reader text =
                new BufferedReader(
                        new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()));
        text.mark(1);
        if (text.read() != BYTE_ORDER_MARK) {
            text.reset();
        }
        json = new JsonReader(text);
        json.setStrictness(Strictness.STRICT);
    }

    @Override
    public void start(Set<String> columns) throws IOException {
        try {
            if (field != null) {
                find(field);
            }
            json.beginArray();
        } catch (IOException | IllegalStateException malformed) {
            throw malformed(malformed);
        }
    }

    private void find(String name) throws IOException {
        json.beginObject();
        while (json.hasNext()) {
            if (json.nextName().equals(name)) {
                return;
            }
            json.skipValue();
        }
        throw new IllegalStateException("there is no field '%s'".formatted(name));
    }

    @Override
    public @Nullable Row next() throws IOException {
        try {
            JsonToken kind = json.peek();
            moved();
            if (kind == JsonToken.END_ARRAY) {
                end();
                return null;
            }
            if (kind != JsonToken.BEGIN_OBJECT) {
                json.skipValue();
                throw new IllegalArgumentException(
                        "a row of the array is no object. Write {\"column\": value, ...}.");
            }
            return JsonLinesParser.fields(json);
        } catch (IOException | IllegalStateException malformed) {
            throw malformed(malformed);
        }
    }

    private void end() throws IOException {
        json.endArray();
        while (field != null && json.hasNext()) {
            json.nextName();
            json.skipValue();
        }
        if (field != null) {
            json.endObject();
        }
        if (json.peek() != JsonToken.END_DOCUMENT) {
            throw new IllegalStateException("more text follows the array");
        }
    }

    private void moved() {
        Matcher at = LINE.matcher(json.toString());
        if (at.find()) {
            line = Integer.parseInt(at.group(1));
        }
    }

    /** No row behind a syntax error can be told from it, so none is skipped. */
    private IOException malformed(Exception cause) {
        moved();
        String reason =
                cause instanceof CharacterCodingException
                        ? "the text is not UTF-8"
                        : JsonReasons.of(cause);
        return new IOException(
                "%s, line %d: this is no JSON array of objects: %s. Correct the file."
                        .formatted(file, line, reason),
                cause);
    }

    @Override
    public int line() {
        return line;
    }
}
