package io.github.peft4j.task.tokenize.check;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;

/** Bars what the native library falls over while it puts tokens together. */
final class DecoderCheck {

    /** Repetitions that Oniguruma knows of. */
    private static final int MOST_REPEATS = 100_000;

    private DecoderCheck() {}

    /** The decoder as the library may have it. */
    static JsonElement checked(Parts parts) {
        List<Long> growths = new ArrayList<>();
        List<JsonObject> kept = new ArrayList<>();
        for (JsonObject part : parts.all()) {
            if (part.has("pattern")) {
                growths.add(
                        PatternCheck.check("decoder.pattern", part.get("pattern"))
                                .growth(Parts.text(part, "content")));
            }
            if (isEmpty(part, "suffix") || isEmpty(part, "word_delimiter_token")) {
                growths.add(2L); // a space between any two characters
            }
            if (part.has("start") && isCount(part.get("stop"))) {
                kept.addAll(stripped(part));
            } else {
                kept.add(part);
            }
        }
        Parts.checkGrowth("decoder", growths);
        return parts.with(kept);
    }

    private static boolean isEmpty(JsonObject part, String field) {
        return part.has(field) && Parts.text(part, field).isEmpty();
    }

    private static boolean isCount(JsonElement value) {
        return value instanceof JsonPrimitive number
                && number.isNumber()
                && number.getAsString().matches("[1-9]\\d*");
    }

    /**
     * A strip in two parts, one for each end of a token: that of the library looks for this many
     * characters at the end of a token that has fewer.
     */
    private static List<JsonObject> stripped(JsonObject strip) {
        JsonObject start = strip.deepCopy();
        start.addProperty("type", "Strip");
        start.addProperty("stop", 0);
        String content = Parts.text(strip, "content");
        if (content.codePointCount(0, content.length()) != 1) {
            throw Refusal.of("decoder.content", strip.get("content"), "must be one character");
        }
        int most = (int) Math.min(strip.get("stop").getAsDouble(), MOST_REPEATS);
        JsonObject pattern = new JsonObject();
        pattern.addProperty("Regex", "\\x{%x}{1,%d}\\z".formatted(content.codePointAt(0), most));
        JsonObject end = new JsonObject();
        end.addProperty("type", "Replace");
        end.add("pattern", pattern);
        end.addProperty("content", "");
        return List.of(start, end);
    }
}
