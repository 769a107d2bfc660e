package io.github.peft4j.task.tokenize.check;

import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;

/** Bars what the native library falls over while it normalizes a text. */
final class NormalizerCheck {

    /** The types that the library knows by their names; others it knows by their fields. */
    static final ImmutableSet<String> TYPES =
            ImmutableSet.of(
                    "Bert",
                    "Strip",
                    "StripAccents",
                    "NFC",
                    "NFD",
                    "NFKC",
                    "NFKD",
                    "Sequence",
                    "Lowercase",
                    "Nmt",
                    "Precompiled",
                    "Replace",
                    "Prepend",
                    "ByteLevel");

    private NormalizerCheck() {}

    /** The normalizer as the library may have it. */
    static JsonElement checked(Parts parts, Parts preTokenizers) {
        List<Long> growths = new ArrayList<>();
        List<JsonObject> kept = new ArrayList<>();
        JsonElement loose = null;
        for (JsonObject part : parts.all()) {
            boolean moves = part.has("pattern") || part.has("prepend");
            if (loose != null && !moves) {
                throw unplaced(loose);
            }
            if (Parts.is(part, "Precompiled")) {
                growths.add(CharsMapCheck.check(part));
            } else if (Parts.is(part, "ByteLevel")) {
                growths.add(2L); // a byte becomes a character of two
            } else if (part.has("prepend")) {
                growths.add(1L + Parts.text(part, "prepend").length());
            } else if (part.has("pattern")) {
                PatternCheck.Bounds bounds =
                        PatternCheck.check("normalizer.pattern", part.get("pattern"));
                String content = Parts.text(part, "content");
                growths.add(bounds.growth(content));
                if (bounds.shortest() == 0 && !content.isEmpty()) {
                    loose = part.get("pattern");
                }
            }
            if (!new JsonPrimitive("").equals(part.get("prepend"))) {
                kept.add(part); // the library loses a text's start where nothing is put before it
            }
        }
        boolean bytes = preTokenizers.all().stream().anyMatch(part -> Parts.is(part, "ByteLevel"));
        if (loose != null && bytes) {
            throw unplaced(loose);
        }
        Parts.checkGrowth("normalizer", growths);
        return parts.with(kept);
    }

    /**
     * What is put in before a text's first character belongs to no place of the text, and the next
     * part that changes characters looks for it there.
     */
    private static Refusal unplaced(JsonElement pattern) {
        return Refusal.inUse("normalizer.pattern", pattern, "must match at least one character");
    }
}
