package io.github.peft4j.task.tokenize.check;

import com.google.common.base.Utf8;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.peft4j.task.tokenize.check.JsonSpans.Span;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Looks through a model for what the native library falls over. */
final class ModelCheck {

    /**
     * Bytes of the longest token of a Unigram model: the library frees its tree of tokens byte by
     * byte, each inside of the one before, until the thread's stack is used up.
     */
    private static final int LONGEST_UNIGRAM_TOKEN = 1024;

    private ModelCheck() {}

    static void check(byte[] json, Span model) {
        if (json[model.from()] != '{') {
            throw Refusal.of("model", "must be an object");
        }
        Map<String, Span> fields = model.members();
        Span vocabulary = fields.get("vocab");
        if (vocabulary != null
                && json[vocabulary.from()] == '['
                && vocabulary.longestText() > LONGEST_UNIGRAM_TOKEN) {
            throw Refusal.of(
                    "model.vocab",
                    "has a token of %d bytes, must be at most %d"
                            .formatted(vocabulary.longestText(), LONGEST_UNIGRAM_TOKEN));
        }
        Span prefix = fields.get("continuing_subword_prefix");
        Span merges = fields.get("merges");
        if (prefix != null && merges != null) {
            try {
                JsonElement text = JsonParser.parseString(prefix.in(json));
                if (text.isJsonPrimitive() && !text.getAsString().isEmpty()) {
                    checkMerges(text.getAsString(), JsonParser.parseString(merges.in(json)));
                }
            } catch (JsonParseException bad) {
                throw Refusal.of("model", "is no JSON: %s".formatted(bad.getMessage()));
            }
        }
    }

    /** The library cuts the prefix off the second token of each merge without looking. */
    private static void checkMerges(String prefix, JsonElement merges) {
        if (!(merges instanceof JsonArray pairs)) {
            return;
        }
        int length = prefix.getBytes(StandardCharsets.UTF_8).length;
        for (int i = 0; i < pairs.size(); i++) {
            String second = second(pairs.get(i));
            byte[] bytes = second.getBytes(StandardCharsets.UTF_8);
            boolean cuts =
                    bytes.length >= length
                            && Utf8.isWellFormed(Arrays.copyOfRange(bytes, length, bytes.length));
            if (!cuts) {
                throw Refusal.of(
                        "model.merges[%d]".formatted(i),
                        pairs.get(i),
                        "its second token must begin with the continuing_subword_prefix %s"
                                .formatted(prefix));
            }
        }
    }

    private static String second(JsonElement pair) {
        if (pair instanceof JsonArray two) {
            return two.size() == 2 && two.get(1) instanceof JsonPrimitive text
                    ? text.getAsString()
                    : "";
        }
        String line = pair instanceof JsonPrimitive text ? text.getAsString() : "";
        int space = line.indexOf(' ');
        return line.startsWith("#version") ? line : line.substring(space + 1);
    }
}
