package io.github.peft4j.task.tokenize.files;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import org.jspecify.annotations.Nullable;

/**
 * Special tokens and templates that classes of transformers 5 bring along: languages, sentinels.
 */
final class ClassTokens {

    private static final ImmutableList<String> MBART_LANGUAGES =
            ImmutableList.copyOf(
                    Splitter.on(' ')
                            .split(
                                    "ar_AR cs_CZ de_DE en_XX es_XX et_EE fi_FI fr_XX gu_IN hi_IN"
                                            + " it_IT ja_XX kk_KZ ko_KR lt_LT lv_LV my_MM ne_NP"
                                            + " nl_XX ro_RO ru_RU si_LK tr_TR vi_VN zh_CN"));

    private static final ImmutableList<String> CAMEMBERT_UNUSED =
            ImmutableList.of("<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED");

    private static final String SENTINEL = "<extra_id_";

    private static final int SENTINELS = 100;

    private ClassTokens() {}

    /** Whether a file names special tokens without a role, even none. */
    static boolean namesExtras(JsonObject config) {
        return AddedTokens.EXTRA.stream()
                .anyMatch(key -> config.has(key) && !config.get(key).isJsonNull());
    }

    /**
     * Special tokens without a role where tokenizer_config.json names none; null where the class
     * has none of its own.
     *
     * @param config tokenizer_config.json, with what special_tokens_map.json says
     */
    static @Nullable JsonArray extras(TokenizerClass kind, JsonObject config) {
        String key = "additional_special_tokens";
        boolean named = config.has(key) && !config.get(key).isJsonNull();
        JsonArray more =
                named
                        ? JsonField.read(config, key, AddedTokens.TOKENS, AddedTokens::tokens)
                        : new JsonArray();
        JsonArray all = new JsonArray();
        switch (kind) {
            case MBART -> {
                MBART_LANGUAGES.forEach(all::add);
                all.addAll(more);
            }
            case CAMEMBERT -> {
                all.addAll(more);
                if (!named) {
                    CAMEMBERT_UNUSED.forEach(all::add);
                }
            }
            case T5 -> {
                all.addAll(more);
                boolean sentinels =
                        more.asList().stream()
                                .anyMatch(token -> AddedTokens.content(token).contains(SENTINEL));
                for (int i = 0; !sentinels && i < sentinels(config); i++) {
                    all.add(SENTINEL + i + ">");
                }
            }
            default -> {
                return null;
            }
        }
        return all;
    }

    private static int sentinels(JsonObject config) {
        return config.has("extra_ids") && !config.get("extra_ids").isJsonNull()
                ? JsonField.read(config, "extra_ids", "a whole number, 0 or more", JsonField::id)
                : SENTINELS;
    }

    /**
     * The template that the class makes, whatever tokenizer.json says; null where it takes that of
     * the file.
     */
    static @Nullable JsonObject template(
            TokenizerClass kind, JsonObject config, TokenizerFile file) {
        if (!kind.modelType().equals(file.modelType())) {
            return null;
        }
        String bos = role(config, "bos_token");
        String eos = role(config, "eos_token");
        return switch (kind) {
            case XLM_ROBERTA, CAMEMBERT ->
                    template(
                            file,
                            ImmutableList.of(bos, "A", eos),
                            ImmutableList.of(bos, "A", eos, eos, "B", eos));
            case MBART -> {
                String key = "src_lang";
                boolean named = config.has(key) && !config.get(key).isJsonNull();
                String language =
                        named ? JsonField.read(config, key, "a text", JsonField::text) : "en_XX";
                String known =
                        file.vocabulary().containsKey(language)
                                ? language
                                : role(config, "unk_token");
                yield template(
                        file,
                        ImmutableList.of("A", eos, known),
                        ImmutableList.of("A", "B", eos, known));
            }
            default -> null;
        };
    }

    private static String role(JsonObject config, String role) {
        return config.has(role) && !config.get(role).isJsonNull()
                ? JsonField.read(config, role, AddedTokens.A_TOKEN, AddedTokens::content)
                : "";
    }

    private static @Nullable JsonObject template(
            TokenizerFile file, ImmutableList<String> single, ImmutableList<String> pair) {
        JsonObject special = new JsonObject();
        JsonObject template = new JsonObject();
        template.addProperty("type", "TemplateProcessing");
        template.add("single", pieces(file, single, special));
        template.add("pair", pieces(file, pair, special));
        template.add("special_tokens", special);
        return template;
    }

    private static JsonArray pieces(
            TokenizerFile file, ImmutableList<String> parts, JsonObject special) {
        JsonArray pieces = new JsonArray();
        for (String part : parts) {
            boolean text = part.equals("A") || part.equals("B");
            Integer id = file.vocabulary().get(part);
            if (!text && id == null) {
                continue; // a class without that token
            }
            JsonObject inner = new JsonObject();
            inner.addProperty("id", part);
            inner.addProperty("type_id", 0);
            JsonObject piece = new JsonObject();
            piece.add(text ? "Sequence" : "SpecialToken", inner);
            pieces.add(piece);
            if (!text) {
                JsonObject named = new JsonObject();
                named.addProperty("id", part);
                named.add("ids", one(new JsonPrimitive(id)));
                named.add("tokens", one(new JsonPrimitive(part)));
                special.add(part, named);
            }
        }
        return pieces;
    }

    private static JsonArray one(JsonPrimitive value) {
        JsonArray array = new JsonArray();
        array.add(value);
        return array;
    }
}
