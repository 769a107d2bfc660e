package io.github.peft4j.task.tokenize;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
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
            throw TokenizerFiles.unusable(
                    files.json().resolveSibling("tokenizer_config.json"), bad);
        }
    }

    private static TokenizerConfig of(
            JsonObject json, JsonObject paddingBlock, Set<String> inputs) {
        Map<String, String> special = new LinkedHashMap<>();
        for (String role : AddedTokens.ROLES) {
            if (present(json, role)) {
                special.put(role, JsonField.read(json, role, AddedTokens::content));
            }
        }
        if (present(paddingBlock, "pad_token")) {
            special.putIfAbsent("pad_token", paddingBlock.get("pad_token").getAsString());
        }
        return new TokenizerConfig(
                ImmutableMap.copyOf(special),
                extraTokens(json),
                maxLength(json),
                present(json, "padding_side")
                        ? JsonField.read(json, "padding_side", side -> Side.of(side.getAsString()))
                        : Side.RIGHT,
                present(json, "truncation_side")
                        ? JsonField.read(
                                json, "truncation_side", side -> Side.of(side.getAsString()))
                        : Side.RIGHT,
                present(json, "pad_token_type_id")
                        ? JsonField.read(json, "pad_token_type_id", JsonElement::getAsInt)
                        : 0,
                present(json, "model_input_names")
                        ? JsonField.read(json, "model_input_names", TokenizerConfig::strings)
                        : inputs,
                present(json, "clean_up_tokenization_spaces")
                        && JsonField.read(
                                json, "clean_up_tokenization_spaces", JsonElement::getAsBoolean));
    }

    /** Hugging Face writes 1e30 for "no limit": whatever passes an int means none. */
    private static OptionalInt maxLength(JsonObject json) {
        if (!present(json, "model_max_length")) {
            return OptionalInt.empty();
        }
        BigDecimal value = JsonField.read(json, "model_max_length", JsonElement::getAsBigDecimal);
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
            return JsonField.read(json, key, TokenizerConfig::contents);
        }
        return ImmutableList.of();
    }

    private static ImmutableList<String> contents(JsonElement value) {
        Iterable<JsonElement> tokens =
                value.isJsonObject()
                        ? value.getAsJsonObject().asMap().values()
                        : value.getAsJsonArray();
        ImmutableList.Builder<String> names = ImmutableList.builder();
        tokens.forEach(token -> names.add(AddedTokens.content(token)));
        return names.build();
    }

    private static ImmutableSet<String> strings(JsonElement array) {
        ImmutableSet.Builder<String> names = ImmutableSet.builder();
        array.getAsJsonArray().forEach(name -> names.add(name.getAsString()));
        return names.build();
    }

    private static boolean present(JsonObject json, String key) {
        return json.has(key) && !json.get(key).isJsonNull();
    }
}
