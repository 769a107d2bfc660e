package io.github.peft4j.task.tokenize;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The small tokenizers in {@code golden/tokenizers} and what Python made with them. */
public final class GoldenTokenizers {

    private static final ImmutableList<String> NAMES =
            ImmutableList.of(
                    "bert",
                    "bert-cased",
                    "deberta",
                    "gemma",
                    "gpt2",
                    "llama",
                    "mpnet",
                    "opt",
                    "qwen2",
                    "roberta",
                    "t5");

    private GoldenTokenizers() {}

    static ImmutableList<String> names() {
        return NAMES;
    }

    static Path directory(String name) {
        URL file = GoldenTokenizers.class.getResource("/golden/tokenizers/" + name);
        if (file == null) {
            throw new AssertionError("golden/tokenizers/" + name + " is not on the class path.");
        }
        try {
            return Path.of(file.toURI());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    public static Tokenizer load(String name) throws IOException {
        return Tokenizer.fromPretrained(directory(name));
    }

    static JsonObject cases(String name) {
        try {
            String text = Files.readString(directory(name).resolve("cases.json"));
            return JsonParser.parseString(text).getAsJsonObject();
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    static EncodeOptions options(JsonObject given) {
        EncodeOptions.Builder options = EncodeOptions.builder();
        given.asMap().forEach((key, value) -> set(options, key, value.getAsJsonPrimitive()));
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
            case "truncation" ->
                    options.optTruncation(
                            value.isBoolean()
                                    ? TruncationStrategy.LONGEST_FIRST
                                    : TruncationStrategy.valueOf(
                                            value.getAsString().toUpperCase(Locale.ROOT)));
            case "padding" ->
                    options.optPadding(
                            value.isBoolean()
                                    ? PaddingStrategy.LONGEST
                                    : PaddingStrategy.valueOf(
                                            value.getAsString().toUpperCase(Locale.ROOT)));
            case "is_split_into_words" -> {
                // shows in the form of the texts
            }
            default -> throw new AssertionError("Option " + key + " is not known here.");
        }
    }

    private static boolean words(JsonObject given) {
        return given.getAsJsonObject("options").has("is_split_into_words");
    }

    static boolean isBatch(JsonObject given) {
        JsonElement text = given.get("text");
        return text.isJsonArray() && (!words(given) || text.getAsJsonArray().get(0).isJsonArray());
    }

    static List<TextInput> inputs(JsonObject given) {
        JsonElement text = given.get("text");
        JsonElement pair = given.get("text_pair");
        ImmutableList.Builder<TextInput> inputs = ImmutableList.builder();
        if (!isBatch(given)) {
            inputs.add(input(text, pair));
        } else {
            JsonArray texts = text.getAsJsonArray();
            for (int i = 0; i < texts.size(); i++) {
                inputs.add(input(texts.get(i), pair.isJsonNull() ? pair : at(pair, i)));
            }
        }
        return inputs.build();
    }

    private static JsonElement at(JsonElement array, int i) {
        return array.getAsJsonArray().get(i);
    }

    private static TextInput input(JsonElement text, JsonElement pair) {
        if (text.isJsonArray()) {
            return TextInput.words(
                    text.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList());
        }
        // an empty pair beside a single text means the text alone, in Python as in Tokenizer
        return pair.isJsonNull() || pair.getAsString().isEmpty()
                ? TextInput.of(text.getAsString())
                : TextInput.pair(text.getAsString(), pair.getAsString());
    }

    /** The text that the spans of a token count in. */
    static String textOf(JsonObject given, int sample, Token token) {
        TextInput input = inputs(given).get(sample);
        if (input instanceof TextInput.Words words) {
            return words.words().get(token.word());
        }
        if (input instanceof TextInput.Pair pair) {
            return token.sequence() == 0 ? pair.text() : pair.textPair();
        }
        return ((TextInput.Single) input).text();
    }
}
