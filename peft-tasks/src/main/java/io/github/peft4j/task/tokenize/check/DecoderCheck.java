package io.github.peft4j.task.tokenize.check;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;

/** Bars what the native library falls over while it puts tokens together. */
final class DecoderCheck {

    private DecoderCheck() {}

    static void check(List<JsonObject> parts) {
        List<Long> growths = new ArrayList<>();
        for (JsonObject part : parts) {
            JsonElement stop = part.get("stop");
            if (part.has("content")
                    && part.has("start")
                    && stop instanceof JsonPrimitive number
                    && number.isNumber()
                    && number.getAsDouble() > 0) {
                // it looks at this many last characters, also of a token that has fewer
                throw Refusal.of("decoder.stop", stop, "must be 0");
            }
            if (part.has("pattern")) {
                growths.add(
                        PatternCheck.check("decoder.pattern", part.get("pattern"))
                                .growth(Parts.text(part, "content")));
            }
            if (isEmpty(part, "suffix") || isEmpty(part, "word_delimiter_token")) {
                growths.add(2L); // a space between any two characters
            }
        }
        Parts.checkGrowth("decoder", growths);
    }

    private static boolean isEmpty(JsonObject part, String field) {
        return part.has(field) && Parts.text(part, field).isEmpty();
    }
}
