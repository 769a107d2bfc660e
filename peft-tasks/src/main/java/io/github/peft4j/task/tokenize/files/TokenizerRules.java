package io.github.peft4j.task.tokenize.files;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Map;

/**
 * Refuses what the native library ends the process for, without an exception: blocks of another
 * type, nested too deep, numbers out of range, half surrogates, and special tokens that a template
 * names and does not explain.
 */
final class TokenizerRules {

    /** Far deeper than any tokenizer; the library's parser gives up at 128. */
    private static final int MOST_LEVELS = 120;

    private static final ImmutableList<String> BLOCKS =
            ImmutableList.of("normalizer", "pre_tokenizer", "post_processor", "decoder");

    private TokenizerRules() {}

    /**
     * Checks the blocks around a vocabulary.
     *
     * @throws IllegalStateException that names the block and what is wrong
     */
    static void check(JsonObject blocks) {
        for (Map.Entry<String, JsonElement> block : blocks.entrySet()) {
            check(block.getKey(), block.getValue(), 1);
        }
        for (String name : BLOCKS) {
            JsonElement block = blocks.get(name);
            if (block != null && !block.isJsonNull() && !block.isJsonObject()) {
                throw new IllegalStateException(
                        "%s must be an object or null, and is another value".formatted(name));
            }
        }
        if (blocks.get("post_processor") instanceof JsonObject template) {
            checkTemplate(template);
        }
    }

    private static void check(String name, JsonElement value, int level) {
        if (level > MOST_LEVELS) {
            throw new IllegalStateException(
                    "%s is nested more than %d levels deep".formatted(name, MOST_LEVELS));
        }
        if (value instanceof JsonObject object) {
            for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
                checkText(name, entry.getKey());
                check(name, entry.getValue(), level + 1);
            }
        } else if (value instanceof JsonArray array) {
            array.forEach(element -> check(name, element, level + 1));
        } else if (value instanceof JsonPrimitive primitive) {
            if (primitive.isNumber() && !Double.isFinite(primitive.getAsDouble())) {
                throw new IllegalStateException(
                        "%s holds %s, which is out of range".formatted(name, primitive));
            }
            checkText(name, primitive.getAsString());
        }
    }

    /** Refuses a character's half without the other one. */
    static void checkText(String name, String text) {
        if (text.codePoints()
                .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw new IllegalStateException(
                    "%s holds half a surrogate pair, which is no character".formatted(name));
        }
    }

    /** Nested templates, as in a Sequence, included. */
    private static void checkTemplate(JsonObject template) {
        if (template.get("processors") instanceof JsonArray parts) {
            for (JsonElement part : parts) {
                if (part instanceof JsonObject inner) {
                    checkTemplate(inner);
                }
            }
        }
        if (!new JsonPrimitive("TemplateProcessing").equals(template.get("type"))) {
            return;
        }
        JsonElement known = template.get("special_tokens");
        for (String form : ImmutableList.of("single", "pair")) {
            if (template.get(form) instanceof JsonArray pieces) {
                for (JsonElement piece : pieces) {
                    checkPiece(piece, known);
                }
            }
        }
    }

    private static void checkPiece(JsonElement piece, JsonElement known) {
        if (!(piece instanceof JsonObject object)
                || !(object.get("SpecialToken") instanceof JsonObject token)) {
            return;
        }
        JsonElement id = token.get("id");
        if (!(known instanceof JsonObject tokens)
                || !(id instanceof JsonPrimitive)
                || !tokens.has(id.getAsString())) {
            throw new IllegalStateException(
                    "the template of post_processor names the special token %s, which its"
                                    .formatted(id)
                            + " special_tokens lack");
        }
    }
}
