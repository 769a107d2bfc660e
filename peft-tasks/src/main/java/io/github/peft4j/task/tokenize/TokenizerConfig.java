package io.github.peft4j.task.tokenize;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.task.tokenize.files.AddedTokens;
import io.github.peft4j.task.tokenize.files.JsonField;
import io.github.peft4j.task.tokenize.files.TokenizerFiles;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What {@code tokenizer_config.json} says, with Hugging Face's defaults where it is silent.
 *
 * <p>Older checkpoints name their special tokens in {@code special_tokens_map.json}, or name the
 * pad token only in the padding block of {@code tokenizer.json}; both are read too, in this order.
 *
 * @param specialTokens token of each role, e.g. {@code cls_token} to {@code [CLS]}
 * @param extraSpecialTokens further special tokens, without a role
 * @param modelMaxLength longest row that the model was made for; empty if the file names none
 * @param paddingSide where padding goes; default right
 * @param truncationSide where tokens are cut; default right
 * @param padTypeId segment of padding; default 0
 * @param modelInputNames inputs for the model, e.g. {@code token_type_ids}; where the file is
 *     silent, those of the tokenizer's class and the model's family
 * @param cleanUpTokenizationSpaces whether {@code decode} takes out spaces before punctuation
 */
public record TokenizerConfig(
        Map<String, String> specialTokens,
        List<String> extraSpecialTokens,
        OptionalInt modelMaxLength,
        Side paddingSide,
        Side truncationSide,
        int padTypeId,
        Set<String> modelInputNames,
        boolean cleanUpTokenizationSpaces) {

    /** Copies the collections. */
    public TokenizerConfig {
        specialTokens = ImmutableMap.copyOf(specialTokens);
        extraSpecialTokens = ImmutableList.copyOf(extraSpecialTokens);
        modelInputNames = ImmutableSet.copyOf(modelInputNames);
    }

    /** The same with another side. */
    TokenizerConfig withPaddingSide(Side side) {
        return new TokenizerConfig(
                specialTokens,
                extraSpecialTokens,
                modelMaxLength,
                side,
                truncationSide,
                padTypeId,
                modelInputNames,
                cleanUpTokenizationSpaces);
    }

    /** What the files of a checkpoint say; a missing file means the defaults. */
    static TokenizerConfig of(TokenizerFiles files) throws IOException {
        try {
            JsonObject padding = files.file().block("padding");
            return of(
                    files.config(),
                    padding == null ? new JsonObject() : padding,
                    files.kind().modelInputNames(files.model()));
        } catch (IllegalArgumentException
                | IllegalStateException
                | UnsupportedOperationException
                | ClassCastException bad) {
            throw TokenizerFiles.unusable(files.settings(), bad);
        }
    }

    private static TokenizerConfig of(
            JsonObject json, JsonObject paddingBlock, Set<String> inputs) {
        Map<String, String> special = new LinkedHashMap<>();
        for (String role : AddedTokens.ROLES) {
            if (present(json, role)) {
                special.put(
                        role,
                        JsonField.read(json, role, AddedTokens.A_TOKEN, AddedTokens::content));
            }
        }
        if (present(paddingBlock, "pad_token")) {
            special.putIfAbsent(
                    "pad_token",
                    JsonField.read(paddingBlock, "pad_token", "a text", JsonField::text));
        }
        return new TokenizerConfig(
                ImmutableMap.copyOf(special),
                extraTokens(json),
                maxLength(json),
                present(json, "padding_side") ? side(json, "padding_side") : Side.RIGHT,
                present(json, "truncation_side") ? side(json, "truncation_side") : Side.RIGHT,
                present(json, "pad_token_type_id")
                        ? JsonField.read(
                                json,
                                "pad_token_type_id",
                                "a whole number, 0 or more",
                                JsonField::id)
                        : 0,
                present(json, "model_input_names")
                        ? JsonField.read(
                                json,
                                "model_input_names",
                                "a list of texts",
                                TokenizerConfig::strings)
                        : inputs,
                present(json, "clean_up_tokenization_spaces")
                        && JsonField.read(
                                json,
                                "clean_up_tokenization_spaces",
                                "true or false",
                                JsonField::flag));
    }

    /** How long a row may be under some options. */
    int maxLength(EncodeOptions options) {
        return options.maxLength()
                .orElseGet(
                        () ->
                                modelMaxLength.orElseThrow(
                                        () ->
                                                new IllegalArgumentException(
                                                        "maxLength is absent and the tokenizer has"
                                                                + " no model_max_length. Set"
                                                                + " optMaxLength(..).")));
    }

    /** Hugging Face writes 1e30 for "no limit": whatever passes an int means none. */
    private static OptionalInt maxLength(JsonObject json) {
        if (!present(json, "model_max_length")) {
            return OptionalInt.empty();
        }
        BigDecimal value = JsonField.read(json, "model_max_length", "a number", JsonField::number);
        if (value.signum() <= 0) {
            throw new IllegalArgumentException(
                    "model_max_length %s is not positive.".formatted(value));
        }
        return value.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) >= 0
                ? OptionalInt.empty()
                : OptionalInt.of(value.intValue());
    }

    private static ImmutableList<String> extraTokens(JsonObject json) {
        for (String key : ImmutableList.of("extra_special_tokens", "additional_special_tokens")) {
            if (!present(json, key)) {
                continue;
            }
            return JsonField.read(json, key, AddedTokens.TOKENS, TokenizerConfig::contents);
        }
        return ImmutableList.of();
    }

    private static ImmutableList<String> contents(JsonElement value) {
        return AddedTokens.tokens(value).asList().stream()
                .map(AddedTokens::content)
                .collect(ImmutableList.toImmutableList());
    }

    private static Side side(JsonObject json, String key) {
        return JsonField.read(
                json, key, "\"left\" or \"right\"", side -> Side.of(JsonField.text(side)));
    }

    private static ImmutableSet<String> strings(JsonElement array) {
        if (!(array instanceof JsonArray list)) {
            throw new IllegalArgumentException("%s is no list.".formatted(array));
        }
        return list.asList().stream().map(JsonField::text).collect(ImmutableSet.toImmutableSet());
    }

    private static boolean present(JsonObject json, String key) {
        return json.has(key) && !json.get(key).isJsonNull();
    }
}
