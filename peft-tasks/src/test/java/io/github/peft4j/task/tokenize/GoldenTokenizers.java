package io.github.peft4j.task.tokenize;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.task.tokenize.reference.ReferenceTexts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;

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

    /** The text that the spans of a token count in. */
    static String textOf(JsonObject given, int sample, Token token) {
        TextInput input = new ReferenceTexts(given).inputs().get(sample);
        if (input instanceof TextInput.Words words) {
            return words.words().get(token.word());
        }
        if (input instanceof TextInput.Pair pair) {
            return token.sequence() == 0 ? pair.text() : pair.textPair();
        }
        return ((TextInput.Single) input).text();
    }
}
