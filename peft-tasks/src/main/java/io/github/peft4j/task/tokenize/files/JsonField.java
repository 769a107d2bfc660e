package io.github.peft4j.task.tokenize.files;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.function.Function;

/** Reads a value whose type nobody has checked. */
public final class JsonField {

    private JsonField() {}

    /**
     * What is made of the value of a key.
     *
     * @throws IllegalArgumentException that names key and value, if it is of another type
     */
    public static <T> T read(JsonObject json, String key, Function<JsonElement, T> reading) {
        JsonElement value = json.get(key);
        try {
            return reading.apply(value);
        } catch (IllegalArgumentException
                | IllegalStateException
                | UnsupportedOperationException
                | ClassCastException bad) {
            throw new IllegalArgumentException(
                    "%s is %s, which cannot be read: %s".formatted(key, value, bad.getMessage()),
                    bad);
        }
    }
}
