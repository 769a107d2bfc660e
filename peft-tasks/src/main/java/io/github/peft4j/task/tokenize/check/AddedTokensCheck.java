package io.github.peft4j.task.tokenize.check;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Bars added tokens that the native library falls over while it looks for them in a text. */
final class AddedTokensCheck {

    private static final int LONGEST = 1024;

    private static final int MOST = 100_000;

    /** Normalizers that leave letters and digits of ASCII in a text. */
    private static final Set<String> KEEPING =
            ImmutableSet.of(
                    "BertNormalizer",
                    "Strip",
                    "StripAccents",
                    "NFC",
                    "NFD",
                    "NFKC",
                    "NFKD",
                    "Lowercase",
                    "Nmt",
                    "Prepend",
                    "ByteLevel");

    private AddedTokensCheck() {}

    static void check(JsonElement tokens, List<JsonObject> normalizers, JsonElement normalizer) {
        if (!(tokens instanceof JsonArray list)) {
            return;
        }
        if (list.size() > MOST) {
            throw Refusal.of("added_tokens", "has more than %d".formatted(MOST));
        }
        boolean swallows =
                list.asList().stream()
                        .anyMatch(token -> token instanceof JsonObject one && flag(one, "rstrip"));
        List<Integer> doubtful = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            if (!(list.get(i) instanceof JsonObject token)) {
                continue; // the library says so
            }
            String content = Parts.text(token, "content");
            if (content.isEmpty()) {
                continue; // the library passes over it
            }
            if (content.length() > LONGEST) {
                throw Refusal.of(
                        path(i),
                        "has %d characters, must have at most %d"
                                .formatted(content.length(), LONGEST));
            }
            boolean changes = flag(token, "normalized") && !normalizers.isEmpty();
            if (swallows
                    && flag(token, "lstrip")
                    && (content.isBlank() || (changes && !holds(content)))) {
                // the spaces that one token takes with it may be this whole token
                throw Refusal.inUse(
                        path(i),
                        token.get("content"),
                        "must hold a letter or digit where it has lstrip and others have rstrip");
            }
            if (changes && !(holds(content) && keeps(normalizers))) {
                doubtful.add(i);
            }
        }
        if (!doubtful.isEmpty()) {
            checkNormalized(list, doubtful, normalizer);
        }
    }

    private static String path(int token) {
        return "added_tokens[%d].content".formatted(token);
    }

    private static boolean flag(JsonObject token, String name) {
        return token.get(name) instanceof JsonPrimitive value && value.getAsBoolean();
    }

    private static boolean holds(String content) {
        return content.chars().anyMatch(c -> c < 128 && Character.isLetterOrDigit(c));
    }

    private static boolean keeps(List<JsonObject> normalizers) {
        return normalizers.stream().allMatch(part -> KEEPING.contains(Parts.text(part, "type")));
    }

    /**
     * Refuses tokens of which the normalizer leaves nothing: the library finds them between any two
     * bytes, and cuts characters in two. It is asked itself, without the tokens.
     */
    private static void checkNormalized(
            JsonArray tokens, List<Integer> doubtful, JsonElement normalizer) {
        JsonObject json = new JsonObject();
        json.add("version", new JsonPrimitive("1.0"));
        json.add("normalizer", normalizer);
        json.add(
                "model",
                JsonParser.parseString(
                        "{\"type\": \"WordLevel\", \"vocab\": {\"x\": 0}, \"unk_token\": \"x\"}"));
        byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
        try (HuggingFaceTokenizer alone =
                HuggingFaceTokenizer.newInstance(
                        new ByteArrayInputStream(bytes), ImmutableMap.of("padding", "false"))) {
            for (int i : doubtful) {
                JsonElement content = tokens.get(i).getAsJsonObject().get("content");
                if (alone.encode(content.getAsString(), false, false).getIds().length == 0) {
                    throw Refusal.inUse(path(i), content, "of which the normalizer leaves nothing");
                }
            }
        } catch (IOException bad) {
            throw new UncheckedIOException(bad);
        }
    }
}
