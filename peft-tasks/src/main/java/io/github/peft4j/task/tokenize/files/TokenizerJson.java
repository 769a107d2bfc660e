package io.github.peft4j.task.tokenize.files;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Copies tokenizer.json with other blocks; the vocabulary is never held as a tree. */
final class TokenizerJson {

    private static final Gson GSON = new Gson();

    private TokenizerJson() {}

    /** The bytes of a file with some blocks put in or replaced. */
    static byte[] with(Path file, JsonObject blocks) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonReader from =
                        new JsonReader(Files.newBufferedReader(file, StandardCharsets.UTF_8));
                JsonWriter to =
                        new JsonWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8))) {
            from.beginObject();
            to.beginObject();
            while (from.hasNext()) {
                String name = from.nextName();
                if (blocks.has(name)) {
                    from.skipValue();
                } else {
                    to.name(name);
                    copy(from, to);
                }
            }
            for (Map.Entry<String, JsonElement> block : blocks.entrySet()) {
                to.name(block.getKey());
                GSON.toJson(block.getValue(), to);
            }
            to.endObject();
        }
        return bytes.toByteArray();
    }

    private static void copy(JsonReader from, JsonWriter to) throws IOException {
        switch (from.peek()) {
            case BEGIN_OBJECT -> {
                from.beginObject();
                to.beginObject();
                while (from.hasNext()) {
                    to.name(from.nextName());
                    copy(from, to);
                }
                from.endObject();
                to.endObject();
            }
            case BEGIN_ARRAY -> {
                from.beginArray();
                to.beginArray();
                while (from.hasNext()) {
                    copy(from, to);
                }
                from.endArray();
                to.endArray();
            }
            case BOOLEAN -> to.value(from.nextBoolean());
            case NUMBER -> to.jsonValue(from.nextString());
            case NULL -> {
                from.nextNull();
                to.nullValue();
            }
            default -> to.value(from.nextString());
        }
    }
}
