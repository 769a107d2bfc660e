package io.github.peft4j.task.tokenize.files;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.peft4j.json.JsonReasons;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that the files around tokenizer.json name and it does not: transformers adds them when it
 * loads, behind the vocabulary.
 */
public final class AddedTokens {

    /** What special tokens are for, by their keys. */
    public static final ImmutableList<String> ROLES =
            ImmutableList.of(
                    "bos_token",
                    "eos_token",
                    "unk_token",
                    "sep_token",
                    "pad_token",
                    "cls_token",
                    "mask_token");

    /** Characters of a token at most. */
    private static final int LONGEST = 1024;

    /** What the value of a role must be. */
    public static final String A_TOKEN =
            "a text, or an object with a text as its content, of at most "
                    + LONGEST
                    + " characters";

    /** What the value of a list of tokens must be. */
    public static final String TOKENS =
            "a list of texts, or of objects with a text as their content, of at most "
                    + LONGEST
                    + " characters";

    /** Keys of special tokens without a role; the first that is there counts alone. */
    public static final ImmutableList<String> EXTRA =
            ImmutableList.of("extra_special_tokens", "additional_special_tokens");

    private final JsonObject config;
    private final TokenizerFile file;
    private final boolean maskTakesSpace;
    private final Set<String> own = new HashSet<>();
    private final Map<String, JsonObject> added = new LinkedHashMap<>();

    private AddedTokens(JsonObject config, TokenizerFile file, boolean maskTakesSpace) {
        this.config = config;
        this.file = file;
        this.maskTakesSpace = maskTakesSpace;
    }

    /**
     * All added tokens of a tokenizer, those of tokenizer.json first.
     *
     * @param config tokenizer_config.json, with what special_tokens_map.json says
     * @param legacy added_tokens.json, ids by token
     * @param kind the class, which may give the mask token the space before it
     * @throws IllegalArgumentException if a token has an id that does not follow the vocabulary's
     */
    static JsonArray of(
            JsonObject config, JsonObject legacy, TokenizerFile file, TokenizerClass kind) {
        AddedTokens tokens = new AddedTokens(config, file, kind.maskTakesSpace());
        JsonArray all = new JsonArray();
        if (file.blocks().get("added_tokens") instanceof JsonArray before) {
            before.forEach(token -> tokens.own.add(content(token)));
            all.addAll(before);
        }
        tokens.addNumbered(legacy);
        tokens.addSpecial();
        tokens.added.values().forEach(all::add);
        return all;
    }

    private void addNumbered(JsonObject legacy) {
        Map<Integer, JsonObject> byId = new TreeMap<>();
        JsonElement decoder = config.get("added_tokens_decoder");
        Set<String> special = specialTexts();
        for (Map.Entry<String, JsonElement> entry : legacy.entrySet()) {
            JsonPrimitive text = new JsonPrimitive(entry.getKey());
            byId.put(
                    JsonField.read(legacy, entry.getKey(), "the id of that token", JsonField::id),
                    token(text, special.contains(entry.getKey())));
        }
        if (decoder != null && !decoder.isJsonNull()) {
            Map<Integer, JsonObject> numbered =
                    JsonField.read(
                            config,
                            "added_tokens_decoder",
                            "an object of tokens by their ids, each an object with its content",
                            AddedTokens::numbered);
            numbered.forEach((id, token) -> refuseAnother(id, token, byId.put(id, token)));
        }
        byId.forEach(
                (id, token) -> {
                    add(token);
                    JsonObject made = added.get(token.get("content").getAsString());
                    if (made != null && made.get("id").getAsInt() != id) {
                        throw new IllegalArgumentException(
                                ("token %s has the id %d, but tokenizer.json lacks it and the next"
                                                + " free id is %s. Save the tokenizer again with"
                                                + " save_pretrained of a fast tokenizer.")
                                        .formatted(token.get("content"), id, made.get("id")));
                    }
                });
    }

    private static void refuseAnother(int id, JsonObject token, @Nullable JsonObject other) {
        if (other != null && !other.get("content").equals(token.get("content"))) {
            throw new IllegalArgumentException(
                    "added_tokens_decoder has %s for the id %d, and added_tokens.json %s."
                            .formatted(token.get("content"), id, other.get("content")));
        }
    }

    private static Map<Integer, JsonObject> numbered(JsonElement decoder) {
        Map<Integer, JsonObject> tokens = new TreeMap<>();
        if (!(decoder instanceof JsonObject byId)) {
            throw new IllegalArgumentException("%s is no object.".formatted(decoder));
        }
        for (Map.Entry<String, JsonElement> entry : byId.entrySet()) {
            tokens.put(Integer.valueOf(entry.getKey()), token(entry.getValue(), false));
        }
        return tokens;
    }

    /** The text of a token that a config names; a longer one is no token of any text. */
    private static String shortText(JsonElement token) {
        String text = content(token);
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "%s has %d characters.".formatted(JsonReasons.shown(text), text.length()));
        }
        return text;
    }

    private Set<String> specialTexts() {
        Set<String> texts = new HashSet<>();
        for (String role : ROLES) {
            if (config.has(role) && !config.get(role).isJsonNull()) {
                texts.add(JsonField.read(config, role, A_TOKEN, AddedTokens::shortText));
            }
        }
        extras().forEach(extra -> texts.add(content(extra)));
        return texts;
    }

    private void addSpecial() {
        for (String role : ROLES) {
            if (config.has(role) && !config.get(role).isJsonNull()) {
                JsonObject token =
                        JsonField.read(config, role, A_TOKEN, value -> token(value, true));
                if (maskTakesSpace
                        && role.equals("mask_token")
                        && config.get(role).isJsonPrimitive()) {
                    token.addProperty("lstrip", true);
                }
                add(token);
            }
        }
        extras().forEach(extra -> add(token(extra, true)));
    }

    private JsonArray extras() {
        for (String key : EXTRA) {
            if (config.has(key) && !config.get(key).isJsonNull()) {
                return JsonField.read(config, key, TOKENS, AddedTokens::tokens);
            }
        }
        return new JsonArray();
    }

    /** A list of tokens, or tokens by name. */
    public static JsonArray tokens(JsonElement value) {
        JsonArray tokens = new JsonArray();
        if (value instanceof JsonObject named) {
            named.asMap().values().forEach(tokens::add);
        } else if (value instanceof JsonArray list) {
            tokens.addAll(list);
        } else {
            throw new IllegalArgumentException("%s is no list.".formatted(value));
        }
        tokens.forEach(AddedTokens::shortText); // refuses what is no token
        return tokens;
    }

    /** Adds a token that is none of the added ones yet; one of the vocabulary keeps its id. */
    private void add(JsonObject token) {
        String text = token.get("content").getAsString();
        if (text.isEmpty() || own.contains(text) || added.containsKey(text)) {
            return;
        }
        Integer known = file.vocabulary().get(text);
        token.addProperty("id", known == null ? nextId() : known);
        added.put(text, token);
    }

    private int nextId() {
        int last = file.vocabulary().values().stream().mapToInt(id -> id).max().orElse(-1);
        for (JsonObject before : added.values()) {
            last = Math.max(last, before.get("id").getAsInt());
        }
        return last + 1;
    }

    /** A token is written as a string or as an object with its content. */
    public static String content(JsonElement token) {
        JsonElement content = token instanceof JsonObject object ? object.get("content") : token;
        if (content == null) {
            throw new IllegalArgumentException("token %s has no content.".formatted(token));
        }
        return JsonField.text(content);
    }

    private static JsonObject token(JsonElement given, boolean special) {
        JsonObject from = given.isJsonObject() ? given.getAsJsonObject() : new JsonObject();
        JsonObject token = new JsonObject();
        token.addProperty("content", content(given));
        boolean isSpecial = special || truth(from, "special", false);
        for (String flag : ImmutableList.of("single_word", "lstrip", "rstrip")) {
            token.addProperty(flag, truth(from, flag, false));
        }
        token.addProperty("normalized", truth(from, "normalized", !isSpecial));
        token.addProperty("special", isSpecial);
        return token;
    }

    private static boolean truth(JsonObject token, String key, boolean missing) {
        return token.has(key) ? JsonField.flag(token.get(key)) : missing;
    }
}
