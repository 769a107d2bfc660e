package io.github.peft4j.task.tokenize.check;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** Bars what the native library falls over while it normalizes a text. */
final class NormalizerCheck {

    private NormalizerCheck() {}

    static void check(List<JsonObject> parts) {
        List<Long> growths = new ArrayList<>();
        for (JsonObject part : parts) {
            if (Parts.is(part, "Precompiled")) {
                growths.add(CharsMapCheck.check(part.get("precompiled_charsmap")));
            } else if (Parts.is(part, "ByteLevel")) {
                growths.add(2L); // a byte becomes a character of two
            } else if (part.has("prepend")) {
                growths.add(1L + Parts.text(part, "prepend").length());
            } else if (part.has("pattern")) {
                growths.add(replaced(part));
            }
        }
        Parts.checkGrowth("normalizer", growths);
    }

    private static long replaced(JsonObject part) {
        PatternCheck.Bounds bounds = PatternCheck.check("normalizer.pattern", part.get("pattern"));
        String content = Parts.text(part, "content");
        if (bounds.shortest() == 0 && !content.isEmpty()) {
            // what is put in before the first character belongs to no place of the text, and the
            // next normalizer looks for it there
            throw Refusal.of(
                    "normalizer.pattern", part.get("pattern"), "must match at least one character");
        }
        return bounds.growth(content);
    }
}
