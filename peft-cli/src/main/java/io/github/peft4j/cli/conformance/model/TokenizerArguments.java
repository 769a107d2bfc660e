package io.github.peft4j.cli.conformance.model;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.PaddingStrategy;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.TruncationStrategy;
import java.util.Locale;

/** The arguments with which Python's tokenizer was called: texts and options. */
public record TokenizerArguments(JsonObject given) {

    public EncodeOptions options() {
        EncodeOptions.Builder options = EncodeOptions.builder();
        given.getAsJsonObject("options")
                .asMap()
                .forEach((key, value) -> set(options, key, value.getAsJsonPrimitive()));
        return options.build();
    }

    private static void set(EncodeOptions.Builder options, String key, JsonPrimitive value) {
        switch (key) {
            case "add_special_tokens" -> options.optAddSpecialTokens(value.getAsBoolean());
            case "padding_side" -> options.optPaddingSide(Side.of(value.getAsString()));
            case "truncation_side" -> options.optTruncationSide(Side.of(value.getAsString()));
            case "max_length" -> options.optMaxLength(value.getAsInt());
            case "stride" -> options.optStride(value.getAsInt());
            case "return_overflowing_tokens" -> options.optOverflowWindows(value.getAsBoolean());
            case "pad_to_multiple_of" -> options.optPadToMultipleOf(value.getAsInt());
            case "truncation" -> options.optTruncation(truncation(value));
            case "padding" -> options.optPadding(padding(value));
            case "is_split_into_words" -> {
                // shows in the form of the texts
            }
            default ->
                    throw new UnsupportedFeatureException(
                            "The tokenizer option " + key + " is not available in this version.");
        }
    }

    private static TruncationStrategy truncation(JsonPrimitive value) {
        if (value.isBoolean()) {
            return value.getAsBoolean()
                    ? TruncationStrategy.LONGEST_FIRST
                    : TruncationStrategy.NONE;
        }
        return switch (value.getAsString()) {
            case "do_not_truncate" -> TruncationStrategy.NONE;
            default -> TruncationStrategy.valueOf(value.getAsString().toUpperCase(Locale.ROOT));
        };
    }

    private static PaddingStrategy padding(JsonPrimitive value) {
        if (value.isBoolean()) {
            return value.getAsBoolean() ? PaddingStrategy.LONGEST : PaddingStrategy.NONE;
        }
        return switch (value.getAsString()) {
            case "do_not_pad" -> PaddingStrategy.NONE;
            default -> PaddingStrategy.valueOf(value.getAsString().toUpperCase(Locale.ROOT));
        };
    }

    /** Whether several texts were given, so that every column is a list of rows. */
    public boolean isBatch() {
        JsonElement text = given.get("text");
        boolean words = given.getAsJsonObject("options").has("is_split_into_words");
        return text.isJsonArray() && (!words || text.getAsJsonArray().get(0).isJsonArray());
    }

    public ImmutableList<TextInput> inputs() {
        JsonElement text = given.get("text");
        JsonElement pair = given.has("text_pair") ? given.get("text_pair") : JsonNull.INSTANCE;
        if (!isBatch()) {
            return ImmutableList.of(input(text, pair));
        }
        ImmutableList.Builder<TextInput> inputs = ImmutableList.builder();
        JsonArray texts = text.getAsJsonArray();
        for (int i = 0; i < texts.size(); i++) {
            inputs.add(
                    input(texts.get(i), pair.isJsonNull() ? pair : pair.getAsJsonArray().get(i)));
        }
        return inputs.build();
    }

    private static TextInput input(JsonElement text, JsonElement pair) {
        if (text.isJsonArray()) {
            return TextInput.words(ExpectedFile.strings(text));
        }
        // An empty pair beside a single text means the text alone, in Python too.
        return pair.isJsonNull() || pair.getAsString().isEmpty()
                ? TextInput.of(text.getAsString())
                : TextInput.pair(text.getAsString(), pair.getAsString());
    }
}
