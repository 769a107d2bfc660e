package io.github.peft4j.json;

import com.google.common.collect.ImmutableMap;
import com.google.gson.stream.JsonToken;
import io.github.peft4j.internal.text.Text;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is wrong with a JSON text, in words of ours: Gson's speak of its methods and web pages. */
public final class JsonReasons {

    private static final ImmutableMap<JsonToken, String> NAMES =
            ImmutableMap.<JsonToken, String>builder()
                    .put(JsonToken.BEGIN_ARRAY, "a list")
                    .put(JsonToken.END_ARRAY, "the end of a list")
                    .put(JsonToken.BEGIN_OBJECT, "an object")
                    .put(JsonToken.END_OBJECT, "the end of an object")
                    .put(JsonToken.NAME, "a key")
                    .put(JsonToken.STRING, "a string")
                    .put(JsonToken.NUMBER, "a number")
                    .put(JsonToken.BOOLEAN, "true or false")
                    .put(JsonToken.NULL, "null")
                    .put(JsonToken.END_DOCUMENT, "the end of the text")
                    .buildOrThrow();

    /** Gson's advice, to be followed by nobody. */
    private static final String ADVICE =
            "Use JsonReader.setStrictness(Strictness.LENIENT) to accept malformed JSON";

    private static final Pattern EXCEPTION = Pattern.compile("^(?:[a-z]+\\.)+[A-Z]\\w*: ");

    private static final Pattern OTHER =
            Pattern.compile("^Expected (?:an? )?(\\w+) but was (\\w+)(?: at line | path |$)");

    /** What casts of elements say, and what stands in the element. */
    private static final Pattern CAST =
            Pattern.compile(
                    "^(?:Not an? (?:JSON )?\\w+:|For input string|.* cannot be cast to |Json[A-Z]\\w+$|Cannot invoke ).*");

    private JsonReasons() {}

    /** What comes next in a text, in words. */
    static String name(JsonToken token) {
        return NAMES.getOrDefault(token, token.name());
    }

    /** What is wrong, in one line, from an exception that reading the text has thrown. */
    public static String of(Throwable thrown) {
        String message =
                String.valueOf(thrown.getMessage()).replace(ADVICE, "it is malformed JSON");
        int end = message.indexOf('\n');
        String line =
                EXCEPTION.matcher(end < 0 ? message : message.substring(0, end)).replaceFirst("");
        Matcher other = OTHER.matcher(line);
        if (other.find()) {
            String place = line.substring(other.end(2));
            return "found %s where %s must be%s"
                    .formatted(word(other.group(2)), word(other.group(1)), place);
        }
        if (thrown.getMessage() == null || CAST.matcher(line).matches()) {
            return "a value is missing or of another type than it must be";
        }
        return Text.cut(line);
    }

    /** A value in a message: its beginning, and how long it is if that is not all. */
    public static String shown(@Nullable Object value) {
        return Text.cut(value);
    }

    /** The message of an exception without its middle, if it is so long that nobody reads it. */
    public static String message(Throwable thrown) {
        return Text.message(thrown.getMessage());
    }

    private static String word(String token) {
        for (Map.Entry<JsonToken, String> name : NAMES.entrySet()) {
            if (name.getKey().name().equals(token)) {
                return name.getValue();
            }
        }
        return token;
    }
}
