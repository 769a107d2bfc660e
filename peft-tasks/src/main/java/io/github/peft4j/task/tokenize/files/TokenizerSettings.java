package io.github.peft4j.task.tokenize.files;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the files around a vocabulary say, of one directory or of several laid over each other.
 *
 * @param file the tokenizer_config.json to name in errors
 * @param config tokenizer_config.json, with what special_tokens_map.json says of tokens
 * @param addedTokens added_tokens.json, ids by token
 * @param namesExtras whether a tokenizer_config.json itself names special tokens without a role
 */
record TokenizerSettings(
        Path file, JsonObject config, JsonObject addedTokens, boolean namesExtras) {

    private static final String CONFIG = "tokenizer_config.json";

    private static final String NUMBERED = "added_tokens_decoder";

    /**
     * Reads them.
     *
     * @param directories the first one counts most
     * @param tokens special tokens by role that count before those of the files
     */
    static TokenizerSettings read(List<Path> directories, Map<String, String> tokens)
            throws IOException {
        JsonObject config = new JsonObject();
        JsonObject added = new JsonObject();
        boolean extras = false;
        Path file = directories.get(0).resolve(CONFIG);
        for (int i = directories.size() - 1; i >= 0; i--) {
            Path directory = directories.get(i);
            JsonObject own = TokenizerFiles.object(directory.resolve(CONFIG));
            boolean ownExtras = ClassTokens.namesExtras(own);
            merge(own, TokenizerFiles.object(directory.resolve("special_tokens_map.json")));
            if (ClassTokens.namesExtras(own)) { // one key would hide the other
                AddedTokens.EXTRA.forEach(config::remove);
                extras = ownExtras;
            }
            if (!own.has(NUMBERED)) {
                TokenizerFiles.object(directory.resolve("added_tokens.json"))
                        .asMap()
                        .forEach(added::add);
            }
            own.asMap().forEach(config::add);
            file = Files.exists(directory.resolve(CONFIG)) ? directory.resolve(CONFIG) : file;
        }
        tokens.forEach(config::addProperty);
        return new TokenizerSettings(file, config, added, extras);
    }

    /** What the older file says, where the config does not number its added tokens itself. */
    private static void merge(JsonObject config, JsonObject map) {
        boolean numbered = config.has(NUMBERED);
        map.asMap()
                .forEach(
                        (key, value) -> {
                            if (!numbered || !config.has(key) || config.get(key).isJsonNull()) {
                                config.add(key, value);
                            }
                        });
    }
}
