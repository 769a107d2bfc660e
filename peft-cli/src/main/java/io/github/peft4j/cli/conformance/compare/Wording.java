package io.github.peft4j.cli.conformance.compare;

import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonElement;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words by which two texts about one matter can be told to be about it: option names, quoted
 * values, tensor keys, numbers of versions. Texts themselves differ between Python and Java.
 */
public final class Wording {

    /** A word with an underscore or dot in it, a word in capitals, or a short quoted text. */
    private static final Pattern NAMES =
            Pattern.compile(
                    "[`']([^`'\\s]{1,60})[`']|[A-Za-z0-9]*[_.][A-Za-z0-9_.]*[A-Za-z0-9]|[A-Z][A-Z0-9_]{3,}");

    /** Names of Python's own classes say nothing about the matter. */
    private static final Pattern PYTHON_CLASSES = Pattern.compile("<class '[^']*'>");

    private static final int SHORTEST = 2;

    private Wording() {}

    /**
     * The names in a text of Python's, in lower case; tensor keys also without the adapter, and
     * methods also without the class of their names.
     */
    public static ImmutableSet<String> names(String text) {
        ImmutableSet.Builder<String> names = ImmutableSet.builder();
        Matcher matcher = NAMES.matcher(PYTHON_CLASSES.matcher(text).replaceAll(""));
        while (matcher.find()) {
            String name = matcher.group(1) == null ? matcher.group() : matcher.group(1);
            if (name.length() >= SHORTEST) {
                names.add(lower(name));
                names.add(lower(name.replace(".default", "").replace("PeftType.", "")));
            }
        }
        return names.build();
    }

    /** The keys and values of a JSON value. */
    public static ImmutableSet<String> names(JsonElement json) {
        ImmutableSet.Builder<String> names = ImmutableSet.builder();
        if (json.isJsonObject()) {
            for (Map.Entry<String, JsonElement> entry : json.getAsJsonObject().entrySet()) {
                names.add(lower(entry.getKey())).addAll(names(entry.getValue()));
            }
        } else if (json.isJsonArray()) {
            json.getAsJsonArray().forEach(value -> names.addAll(names(value)));
        } else if (json.isJsonPrimitive() && json.getAsString().length() >= SHORTEST) {
            names.add(lower(json.getAsString()));
        }
        return names.build();
    }

    /** Whether a text of ours has one of the names, as a word of its own. */
    static boolean hasOne(String text, Iterable<String> names) {
        String ours = lower(text);
        for (String name : names) {
            String word = "(?<![a-z0-9_])" + Pattern.quote(name) + "(?![a-z0-9_])";
            if (Pattern.compile(word).matcher(ours).find()) {
                return true;
            }
        }
        return false;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
