package io.github.peft4j.cli.soak;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The tokenizers that changes start from. */
final class TokenizerFolder {

    /** Larger ones would take most of the time for their vocabularies. */
    private static final long LARGEST = 64 * 1024;

    private TokenizerFolder() {}

    /** All different ones of a folder, and some of kinds that checkpoints seldom have. */
    static ImmutableList<JsonObject> read(Path folder) throws IOException {
        Set<JsonElement> all = new LinkedHashSet<>(MadeTokenizers.all());
        List<Path> files;
        try (Stream<Path> paths = Files.walk(folder)) {
            files =
                    paths.filter(path -> path.endsWith("tokenizer.json"))
                            .filter(Files::isRegularFile)
                            .sorted()
                            .toList();
        }
        for (Path file : files) {
            if (Files.size(file) <= LARGEST) {
                all.add(json(Files.readString(file)));
            }
        }
        return all.stream()
                .filter(JsonElement::isJsonObject)
                .map(JsonElement::getAsJsonObject)
                .filter(json -> json.get("model") instanceof JsonObject)
                .collect(ImmutableList.toImmutableList());
    }

    /** A folder may hold bad ones: they count for nothing. */
    private static JsonElement json(String text) {
        try {
            return JsonParser.parseString(text);
        } catch (JsonParseException unreadable) {
            return JsonNull.INSTANCE;
        }
    }
}
