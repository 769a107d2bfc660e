package io.github.peft4j.task.chat;

import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.peft4j.json.JsonFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds the chat templates of a checkpoint directory.
 *
 * <p>They are in {@code chat_template.jinja}, with further ones in {@code
 * additional_chat_templates/NAME.jinja}, or in {@code tokenizer_config.json} as {@code
 * chat_template}: one text, or a list of {@code name} and {@code template}. As in transformers, the
 * files take the place of what the configuration says.
 */
public final class ChatTemplateFiles {

    /** Name of the template that is meant where none is named. */
    public static final String DEFAULT = "default";

    private static final String FOLDER = "additional_chat_templates";

    private ChatTemplateFiles() {}

    /**
     * The source of each template by its name; empty if there are none.
     *
     * @throws IOException if a file cannot be read; the text names it
     */
    public static Map<String, String> read(Path directory) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        Path single = directory.resolve("chat_template.jinja");
        if (Files.isRegularFile(single)) {
            files.put(DEFAULT, JsonFile.text(single));
        }
        Path folder = directory.resolve(FOLDER);
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> more = Files.newDirectoryStream(folder, "*.jinja")) {
                for (Path file : more) {
                    String name = file.getFileName().toString();
                    files.put(name.substring(0, name.lastIndexOf('.')), JsonFile.text(file));
                }
            }
        }
        Path config = directory.resolve("tokenizer_config.json");
        if (!files.isEmpty() || !Files.isRegularFile(config)) {
            return ImmutableMap.copyOf(files);
        }
        try {
            return configured(JsonParser.parseString(JsonFile.text(config)).getAsJsonObject());
        } catch (JsonParseException
                | IllegalStateException
                | UnsupportedOperationException
                | NullPointerException bad) {
            throw new IOException(
                    ("%s holds a chat_template that is neither a text nor a list of names and"
                                    + " templates. Save the tokenizer again with save_pretrained.")
                            .formatted(config),
                    bad);
        }
    }

    private static ImmutableMap<String, String> configured(JsonObject config) {
        JsonElement given = config.get("chat_template");
        if (given == null || given.isJsonNull()) {
            return ImmutableMap.of();
        }
        if (!given.isJsonArray()) {
            return ImmutableMap.of(DEFAULT, given.getAsString());
        }
        ImmutableMap.Builder<String, String> named = ImmutableMap.builder();
        for (JsonElement entry : given.getAsJsonArray()) {
            JsonObject one = entry.getAsJsonObject();
            named.put(one.get("name").getAsString(), one.get("template").getAsString());
        }
        return named.buildKeepingLast();
    }
}
