package io.github.peft4j.task.tokenize.check;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Map;

/** Bars values of a block that the native library's reader gives up on, wherever they stand. */
public final class BlockValues {

    /** Far deeper than any tokenizer; the library's reader gives up at 128. */
    private static final int MOST_LEVELS = 120;

    private BlockValues() {}

    /**
     * Checks the blocks around a vocabulary.
     *
     * @throws IllegalArgumentException that names the block and what is wrong: nested too deep,
     *     numbers out of range, half surrogates
     */
    public static void check(JsonObject blocks) {
        for (Map.Entry<String, JsonElement> block : blocks.entrySet()) {
            check(block.getKey(), block.getValue(), 1);
        }
    }

    private static void check(String block, JsonElement value, int level) {
        if (level > MOST_LEVELS) {
            throw Refusal.of(block, "is nested more than %d levels deep".formatted(MOST_LEVELS));
        }
        if (value instanceof JsonObject object) {
            for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
                checkText(block, entry.getKey());
                check(block, entry.getValue(), level + 1);
            }
        } else if (value instanceof JsonArray array) {
            array.forEach(element -> check(block, element, level + 1));
        } else if (value instanceof JsonPrimitive primitive) {
            if (primitive.isNumber() && !Double.isFinite(primitive.getAsDouble())) {
                throw Refusal.of(block, "holds %s, which is out of range".formatted(value));
            }
            if (primitive.isString()) {
                checkText(block, primitive.getAsString());
            }
        }
    }

    /** Refuses a character's half without the other one. */
    private static void checkText(String block, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length()
                        || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    throw Refusal.of(block, "holds half a surrogate pair, which is no character");
                }
                i++;
            }
        }
    }
}
