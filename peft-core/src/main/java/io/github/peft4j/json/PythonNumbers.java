package io.github.peft4j.json;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The numbers that Python's {@code json} writes and reads although JSON has none such: {@code NaN},
 * {@code Infinity}, {@code -Infinity}. For a strict parser they become strings that stand for them.
 */
final class PythonNumbers {

    private static final String MARK = "\0";

    private static final ImmutableMap<String, Double> VALUES =
            ImmutableMap.of(
                    "-Infinity",
                    Double.NEGATIVE_INFINITY,
                    "Infinity",
                    Double.POSITIVE_INFINITY,
                    "NaN",
                    Double.NaN);

    private PythonNumbers() {}

    /** The same text with a marked string in the place of each such number. */
    static String marked(String json) {
        if (!json.contains("NaN") && !json.contains("Infinity")) {
            return json;
        }
        StringBuilder marked = new StringBuilder();
        boolean inString = false;
        int i = 0;
        while (i < json.length()) {
            char c = json.charAt(i);
            String word = inString ? null : wordAt(json, i);
            if (word != null) {
                marked.append("\"\\u0000").append(word).append('"');
                i += word.length();
                continue;
            }
            if (c == '"') {
                inString = !inString;
            } else if (c == '\\' && inString && i + 1 < json.length()) {
                marked.append(c);
                c = json.charAt(++i);
            }
            marked.append(c);
            i++;
        }
        return marked.toString();
    }

    private static @Nullable String wordAt(String json, int start) {
        for (Map.Entry<String, Double> word : VALUES.entrySet()) {
            int end = start + word.getKey().length();
            boolean whole = end >= json.length() || !Character.isLetterOrDigit(json.charAt(end));
            if (json.startsWith(word.getKey(), start) && whole) {
                return word.getKey();
            }
        }
        return null;
    }

    /** The number that a marked string stands for, or the string. */
    static Object value(String text) {
        Double number = text.startsWith(MARK) ? VALUES.get(text.substring(MARK.length())) : null;
        return number == null ? text : number;
    }
}
