package io.github.peft4j.cli.soak;

import com.google.gson.JsonObject;
import io.github.peft4j.cli.soak.json.Values;
import java.util.Random;

/** Regular expressions at random, many of them such that take for ever. */
final class Patterns {

    private Patterns() {}

    /** A part with a pattern, for a normalizer or decoder, or for a pre-tokenizer. */
    static JsonObject part(Random random, boolean splits) {
        JsonObject pattern = new JsonObject();
        pattern.addProperty("Regex", any(random, 3));
        JsonObject part = new JsonObject();
        part.addProperty("type", splits ? "Split" : "Replace");
        part.add("pattern", pattern);
        if (splits) {
            part.addProperty(
                    "behavior",
                    Values.any(
                            random,
                            "Removed",
                            "Isolated",
                            "MergedWithPrevious",
                            "MergedWithNext",
                            "Contiguous"));
            part.addProperty("invert", random.nextBoolean());
        } else {
            part.addProperty("content", Values.any(random, "", "x", "\u2581", "ab"));
        }
        return part;
    }

    private static String any(Random random, int level) {
        StringBuilder pattern = new StringBuilder();
        int pieces = 1 + random.nextInt(4);
        for (int i = 0; i < pieces; i++) {
            pattern.append(piece(random, level));
            if (random.nextInt(2) == 0) {
                pattern.append(
                        Values.any(random, "*", "+", "?", "{2,}", "{1,3}", "*?", "++", "{0,40}"));
            }
            if (random.nextInt(6) == 0) {
                pattern.append('|');
            }
        }
        return pattern.toString();
    }

    private static String piece(Random random, int level) {
        if (level > 0 && random.nextInt(4) == 0) {
            return Values.any(random, "(", "(?:", "(?i:", "(?=", "(?!", "(?>", "(?<=")
                    + any(random, level - 1)
                    + ")";
        }
        return Values.any(
                random,
                "a",
                "b",
                " ",
                "\\s",
                "\\S",
                "\\p{L}",
                "\\w",
                ".",
                "[ab]",
                "[^\\r\\n]",
                "[^\\s\\p{L}]",
                "x",
                "\\b",
                "^",
                "$",
                "!",
                "\u00df",
                "ss",
                "\\R",
                "\\n",
                "[a-z&&[^b]]");
    }
}
