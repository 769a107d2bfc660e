package io.github.peft4j.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * Puts values of another type under each key of a JSON file. What reads it must take them, or
 * refuse them with its own exception and a text that names the file and the key or value, in words.
 */
public final class OddValues {

    private static final String LARGE = "\"" + "long text ".repeat(10_000) + "\"";

    /** Characters of an error at most. */
    private static final int LONGEST = 2000;

    private static final List<String> VALUES =
            List.of(
                    LARGE,
                    "[" + LARGE + "]",
                    "[[" + LARGE + "]]",
                    "{" + LARGE + ": 1}",
                    "{\"a\": " + LARGE + "}",
                    "9".repeat(1000),
                    "null",
                    "\"\"",
                    "\"x\"",
                    "-1",
                    "1e999",
                    "2147483648",
                    "[]",
                    "[null]",
                    "[[]]",
                    "{}",
                    "true");

    /** What Java's and Gson's own texts say. */
    private static final List<String> FOREIGN =
            List.of(
                    "JsonNull",
                    "JsonArray",
                    "JsonObject",
                    "JsonPrimitive",
                    "Not a JSON",
                    "input string");

    private OddValues() {}

    /**
     * Tries all values under all keys of a file, and under more; the file is as before at the end.
     * Of a list of objects it is the first one, which stays alone.
     *
     * @param read reads the file
     */
    public static void tryAll(Path file, Set<String> more, ThrowingCallable read)
            throws IOException {
        String before = Files.exists(file) ? Files.readString(file) : "{}";
        JsonElement whole = JsonParser.parseString(before);
        boolean listed = whole.isJsonArray();
        JsonObject json = (listed ? whole.getAsJsonArray().get(0) : whole).getAsJsonObject();
        Set<String> keys = new TreeSet<>(json.keySet());
        keys.addAll(more);
        for (String key : keys) {
            JsonObject rest = json.deepCopy();
            rest.remove(key);
            String others = rest.toString();
            for (String value : VALUES) {
                Files.writeString(
                        file,
                        (listed ? "[%s%s\"%s\":%s}]" : "%s%s\"%s\":%s}")
                                .formatted(
                                        others.substring(0, others.length() - 1),
                                        rest.isEmpty() ? "" : ",",
                                        key,
                                        value));
                check(file, key, value, catchThrowable(read));
            }
        }
        Files.writeString(file, before);
    }

    private static void check(Path file, String key, String value, Throwable thrown) {
        if (thrown == null) {
            return;
        }
        String what = key + " = " + value.substring(0, Math.min(value.length(), 40));
        assertThat(thrown.getClass())
                .as(what + ": " + beginning(thrown.toString()))
                .satisfiesAnyOf(
                        type -> assertThat(type).isEqualTo(IllegalArgumentException.class),
                        type -> assertThat(IOException.class).isAssignableFrom(type),
                        type -> assertThat(type.getPackageName()).startsWith("io.github.peft4j"));
        String text = String.valueOf(thrown.getMessage());
        assertThat(text.length()).as(what + ": " + beginning(text)).isLessThan(LONGEST);
        assertThat(text).as(what).doesNotContain(FOREIGN);
        boolean named =
                text.contains(key)
                        || text.contains(start(value))
                        || text.contains("the config asks for") // of a tensor that it names
                        || text.contains("tensors: ");
        assertThat(named).as(what + ": " + text).isTrue();
        assertThat(text)
                .as(what)
                .satisfiesAnyOf(
                        all -> assertThat(all).contains(file.getFileName().toString()),
                        all -> assertThat(all).contains(file.getParent().toString()),
                        all -> assertThat(all).contains("is not available in this version"));
    }

    /** What of a value stands in a message, which cuts long ones. */
    private static String start(String value) {
        return value.substring(0, Math.min(value.length(), 60)).replace("\"", "'");
    }

    private static String beginning(String text) {
        return text.substring(0, Math.min(text.length(), LONGEST));
    }
}
