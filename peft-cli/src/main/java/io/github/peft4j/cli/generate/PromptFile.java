package io.github.peft4j.cli.generate;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.generate.text.TextPrompt;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * A file of prompts: {@code .txt} holds one a line, {@code .jsonl} a conversation a line, as a list
 * of messages with {@code role} and {@code content}.
 */
public final class PromptFile {

    private final Path file;
    private final Tokenizer tokenizer;

    private PromptFile(Path file, Tokenizer tokenizer) {
        this.file = file;
        this.tokenizer = tokenizer;
    }

    /**
     * Reads prompts; conversations go through the model's chat template.
     *
     * @throws IOException if the file is missing, or not of these kinds
     * @throws IllegalArgumentException if there is no prompt, or one is empty; the text names the
     *     line
     */
    public static ImmutableList<Prompt> read(Path file, Tokenizer tokenizer) throws IOException {
        return new PromptFile(file, tokenizer).read();
    }

    private ImmutableList<Prompt> read() throws IOException {
        boolean conversations = isConversations();
        ImmutableList.Builder<Prompt> prompts = ImmutableList.builder();
        List<String> lines = lines();
        for (int i = 0; i < lines.size(); i++) {
            String where = "Line " + (i + 1) + " of '" + file + "'";
            String line = lines.get(i);
            if (line.isBlank()) {
                throw new IllegalArgumentException(
                        where + " is empty. Write a prompt there, or take the line out.");
            }
            prompts.add(conversations ? conversation(where, line) : prompt(where, line));
        }
        if (lines.isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + file + "' is empty. Write a prompt a line into it.");
        }
        return prompts.build();
    }

    private boolean isConversations() throws IOException {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(".jsonl") && !name.endsWith(".txt")) {
            throw new IOException(
                    "'"
                            + file
                            + "' is neither .txt (a prompt a line) nor .jsonl (a conversation a"
                            + " line). Name it after what it holds.");
        }
        return name.endsWith(".jsonl");
    }

    private List<String> lines() throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(
                    "There is no file '" + file + "'. Name a file with a prompt a line.");
        }
        try {
            return Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            throw new IOException("'" + file + "' is not UTF-8. Convert it first.", e);
        }
    }

    private Prompt prompt(String where, String line) {
        return of(where, () -> TextPrompt.of(tokenizer, line));
    }

    private Prompt conversation(String where, String line) {
        ImmutableList<ChatMessage> messages = messages(where, line);
        return of(where, () -> TextPrompt.of(tokenizer, messages));
    }

    private static Prompt of(String where, Supplier<TextPrompt> content) {
        try {
            return new Prompt(where, content.get());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
        }
    }

    private static ImmutableList<ChatMessage> messages(String where, String line) {
        ImmutableList.Builder<ChatMessage> messages = ImmutableList.builder();
        JsonArray list;
        try {
            list = JsonParser.parseString(line).getAsJsonArray();
        } catch (JsonParseException | IllegalStateException e) {
            throw malformed(where, line);
        }
        for (JsonElement message : list) {
            JsonObject turn = message.isJsonObject() ? message.getAsJsonObject() : new JsonObject();
            if (!isText(turn.get("role")) || !isText(turn.get("content"))) {
                throw malformed(where, message.toString());
            }
            messages.add(
                    new ChatMessage(
                            turn.get("role").getAsString(), turn.get("content").getAsString()));
        }
        if (list.isEmpty()) {
            throw new IllegalArgumentException(
                    where + " is a conversation without messages. Write at least one.");
        }
        return messages.build();
    }

    private static boolean isText(JsonElement value) {
        return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
    }

    private static IllegalArgumentException malformed(String where, String found) {
        return new IllegalArgumentException(
                where
                        + " is no list of messages: "
                        + JsonReasons.shown(found)
                        + ". Write [{\"role\": \"user\", \"content\": \"...\"}].");
    }
}
