package io.github.peft4j.task.tokenize.reference;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.PaddingStrategy;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.TruncationStrategy;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Texts that Python's tokenizer encoded, with the options that it was given.
 *
 * @param given {@code text}, {@code text_pair} and {@code options}, as Python was called
 */
public record ReferenceTexts(JsonObject given) {

    /**
     * How the texts are encoded.
     *
     * @throws UnsupportedFeatureException if Python has an option that this version has not
     */
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

    /** The texts. */
    public List<TextInput> inputs() {
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
            return TextInput.words(
                    text.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList());
        }
        // An empty pair with a single text means the text alone, in Python too.
        return pair.isJsonNull() || pair.getAsString().isEmpty()
                ? TextInput.of(text.getAsString())
                : TextInput.pair(text.getAsString(), pair.getAsString());
    }

    /**
     * A column of encodings as Python lists it: a list of rows if several texts were given or one
     * became several windows, otherwise the one row.
     *
     * @param key for instance {@code input_ids}
     * @throws IllegalArgumentException if there is no such column
     */
    public JsonElement column(List<Encoding> rows, String key) {
        if (key.equals("overflow_to_sample_mapping")) {
            return numbers(rows.stream().map(Encoding::sample).toList());
        }
        JsonArray all = array(rows, row -> value(row, key));
        return isBatch() || options().overflowWindows() ? all : all.get(0);
    }

    private static JsonElement value(Encoding row, String key) {
        return switch (key) {
            case "input_ids" -> numbers(boxed(row.ids()));
            case "token_type_ids" -> numbers(boxed(row.typeIds()));
            case "attention_mask" -> numbers(boxed(row.attentionMask()));
            case "special_tokens_mask" -> numbers(boxed(row.specialTokensMask()));
            case "word_ids" -> orNull(row.wordIds());
            case "sequence_ids" -> orNull(row.sequenceIds());
            case "tokens" -> array(row.tokens(), token -> new JsonPrimitive(token.text()));
            case "offset_mapping" ->
                    array(
                            row.tokens(),
                            token ->
                                    numbers(
                                            ImmutableList.of(
                                                    token.codePoints().start(),
                                                    token.codePoints().end())));
            default ->
                    throw new IllegalArgumentException(
                            "An encoding has no column " + key + ". Leave it out.");
        };
    }

    private static List<Long> boxed(long[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static JsonArray orNull(long[] values) {
        return array(boxed(values), v -> v < 0 ? JsonNull.INSTANCE : new JsonPrimitive(v));
    }

    /** Numbers as JSON has them. */
    public static JsonArray numbers(Iterable<? extends Number> values) {
        return array(values, JsonPrimitive::new);
    }

    private static <T> JsonArray array(Iterable<T> values, Function<T, JsonElement> toJson) {
        JsonArray array = new JsonArray();
        values.forEach(value -> array.add(toJson.apply(value)));
        return array;
    }
}
