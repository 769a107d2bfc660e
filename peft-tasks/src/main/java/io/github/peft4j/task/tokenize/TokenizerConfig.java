package io.github.peft4j.task.tokenize;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * @param modelInputNames inputs that the model takes, e.g. {@code token_type_ids}
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

    private static final ImmutableList<String> ROLES =
            ImmutableList.of(
                    "bos_token",
                    "eos_token",
                    "unk_token",
                    "sep_token",
                    "pad_token",
                    "cls_token",
                    "mask_token");

    private static final ImmutableSet<String> DEFAULT_INPUTS =
            ImmutableSet.of("input_ids", "token_type_ids", "attention_mask");

    /** Reads the files of a checkpoint directory; a missing file means the defaults. */
    static TokenizerConfig read(Path directory, JsonObject paddingBlock) throws IOException {
        Path file = directory.resolve("tokenizer_config.json");
        JsonObject json = readObject(file);
        JsonObject map = readObject(directory.resolve("special_tokens_map.json"));
        try {
            return of(json, map, paddingBlock);
        } catch (IllegalArgumentException
                | IllegalStateException
                | UnsupportedOperationException bad) {
            throw new IOException(
                    "%s holds a value that cannot be used: %s Correct that value."
                            .formatted(file, bad.getMessage()),
                    bad);
        }
    }

    private static TokenizerConfig of(JsonObject json, JsonObject map, JsonObject paddingBlock) {
        Map<String, String> special = new LinkedHashMap<>();
        for (String role : ROLES) {
            JsonElement value = present(json, role) ? json.get(role) : map.get(role);
            if (value != null && !value.isJsonNull()) {
                special.put(role, content(value));
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
                        ? Side.of(json.get("padding_side").getAsString())
                        : Side.RIGHT,
                present(json, "truncation_side")
                        ? Side.of(json.get("truncation_side").getAsString())
                        : Side.RIGHT,
                present(json, "pad_token_type_id") ? json.get("pad_token_type_id").getAsInt() : 0,
                present(json, "model_input_names")
                        ? strings(json.getAsJsonArray("model_input_names"))
                        : DEFAULT_INPUTS,
                present(json, "clean_up_tokenization_spaces")
                        && json.get("clean_up_tokenization_spaces").getAsBoolean());
    }

    /** Hugging Face writes 1e30 for "no limit": whatever passes an int means none. */
    private static OptionalInt maxLength(JsonObject json) {
        if (!present(json, "model_max_length")) {
            return OptionalInt.empty();
        }
        BigDecimal value = json.get("model_max_length").getAsBigDecimal();
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
            JsonElement value = json.get(key);
            Iterable<JsonElement> tokens =
                    value.isJsonObject()
                            ? value.getAsJsonObject().asMap().values()
                            : value.getAsJsonArray();
            ImmutableList.Builder<String> names = ImmutableList.builder();
            tokens.forEach(token -> names.add(content(token)));
            return names.build();
        }
        return ImmutableList.of();
    }

    private static ImmutableSet<String> strings(JsonArray array) {
        ImmutableSet.Builder<String> names = ImmutableSet.builder();
        array.forEach(name -> names.add(name.getAsString()));
        return names.build();
    }

    /** A token is written as a string or as an object with its content. */
    private static String content(JsonElement token) {
        return token.isJsonObject()
                ? token.getAsJsonObject().get("content").getAsString()
                : token.getAsString();
    }

    private static boolean present(JsonObject json, String key) {
        return json.has(key) && !json.get(key).isJsonNull();
    }

    private static JsonObject readObject(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new JsonObject();
        }
        try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return JsonParser.parseReader(text).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException bad) {
            throw new IOException(
                    "%s is not a JSON object: %s. Save the tokenizer again with save_pretrained."
                            .formatted(file, bad.getMessage()),
                    bad);
        }
    }
}
