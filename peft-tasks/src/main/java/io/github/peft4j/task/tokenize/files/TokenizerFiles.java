package io.github.peft4j.task.tokenize.files;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonSyntaxException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.github.peft4j.io.file.Utf8;
import io.github.peft4j.json.JsonFile;
import io.github.peft4j.json.JsonReasons;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The files of a tokenizer put together as transformers does: its class makes blocks of its own of
 * the settings in tokenizer_config.json, and tokens that tokenizer.json lacks are added.
 *
 * @param json tokenizer.json, which is not there where a vocabulary takes its place
 * @param settings tokenizer_config.json, which may be missing
 * @param file what tokenizer.json holds, with those changes
 * @param config tokenizer_config.json, with what special_tokens_map.json and the class say of
 *     tokens
 * @param model config.json, empty if there is none
 * @param kind the class
 * @param text a JSON text with the model among others; the blocks that count are those of the file
 */
public record TokenizerFiles(
        Path json,
        Path settings,
        TokenizerFile file,
        JsonObject config,
        JsonObject model,
        TokenizerClass kind,
        JsonText text) {

    /** A text whose bytes are kept, not copied. */
    @FunctionalInterface
    public interface JsonText {

        /** The bytes, which are not to be changed. */
        byte[] bytes();
    }

    /** As many as in other JSON files. */
    private static final int MOST_LEVELS = 127;

    /**
     * Reads the files of a directory; all but a vocabulary may be missing.
     *
     * @param tokens special tokens by role that count before those of the files
     * @throws IOException if one cannot be read or holds a value that cannot be used; the text
     *     names it
     */
    public static TokenizerFiles read(Path directory, Map<String, String> tokens)
            throws IOException {
        return read(ImmutableList.of(directory), tokens);
    }

    /**
     * Reads the files of several directories: the vocabulary is that of the first one that has any,
     * with the settings of that directory and, over them, of those before it. What the model says
     * is in the first config.json.
     *
     * @throws IOException as {@link #read(Path, Map)}
     */
    public static TokenizerFiles read(List<Path> directories, Map<String, String> tokens)
            throws IOException {
        if (!AddedTokens.ROLES.containsAll(tokens.keySet())) {
            throw new IllegalArgumentException(
                    "Special tokens %s are not all of a known role. Use %s."
                            .formatted(tokens.keySet(), AddedTokens.ROLES));
        }
        Path directory =
                directories.stream()
                        .filter(VocabularyFiles::isIn)
                        .findFirst()
                        .orElseGet(() -> directories.get(directories.size() - 1));
        Path json = directory.resolve("tokenizer.json");
        boolean whole = Files.isRegularFile(json);
        JsonObject blocks = whole ? new JsonObject() : VocabularyFiles.read(directory);
        byte[] text = whole ? TokenizerFile.bytes(json) : Utf8.encode(blocks.toString());
        TokenizerFile file = TokenizerFile.read(text, whole ? json : directory);
        TokenizerSettings settings =
                TokenizerSettings.read(
                        directories.subList(0, directories.indexOf(directory) + 1), tokens);
        JsonObject config = settings.config();
        JsonObject model = first(directories, "config.json");
        try {
            TokenizerClass named = TokenizerClass.of(config, model, file);
            boolean unnamed = !whole && named == TokenizerClass.UNNAMED_WORD_PIECE;
            TokenizerClass kind = unnamed ? TokenizerClass.BERT : named;
            for (Map.Entry<String, String> token : kind.specialTokens().entrySet()) {
                if (!config.has(token.getKey())) {
                    config.addProperty(token.getKey(), token.getValue());
                }
            }
            TokenizerBlocks.of(kind, config, file).asMap().forEach(blocks::add);
            JsonArray own = settings.namesExtras() ? null : ClassTokens.extras(kind, config);
            if (own != null) {
                config.add("extra_special_tokens", own);
            }
            blocks.add("added_tokens", AddedTokens.of(config, settings.addedTokens(), file, kind));
            TokenizerFile changed = file.with(blocks);
            JsonObject template =
                    whole
                            ? ClassTokens.template(kind, config, changed)
                            : VocabularyFiles.template(kind, config, changed);
            if (template != null) {
                blocks.add("post_processor", template);
                changed = changed.with(blocks);
            }
            return new TokenizerFiles(
                    json, settings.file(), changed, config, model, kind, () -> text);
        } catch (IllegalArgumentException
                | IllegalStateException
                | UnsupportedOperationException
                | ClassCastException bad) {
            throw unusable(settings.file(), bad);
        }
    }

    /** The refusal of a value in a file. */
    public static IOException unusable(Path file, RuntimeException bad) {
        return new IOException(
                "%s holds a value that cannot be used: %s Correct that value."
                        .formatted(file, JsonReasons.message(bad)),
                bad);
    }

    private static JsonObject first(List<Path> directories, String name) throws IOException {
        for (Path directory : directories) {
            if (Files.exists(directory.resolve(name))) {
                return object(directory.resolve(name));
            }
        }
        return new JsonObject();
    }

    /** The {@code pad_token_id} of config.json; empty if it names no token. */
    public OptionalInt modelPadId() {
        JsonElement id = model.get("pad_token_id");
        try {
            return id == null ? OptionalInt.empty() : OptionalInt.of(JsonField.id(id));
        } catch (IllegalArgumentException none) {
            return OptionalInt.empty();
        }
    }

    /** The object in a file, empty if it does not exist. */
    static JsonObject object(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new JsonObject();
        }
        try (JsonReader json = new JsonReader(new StringReader(JsonFile.text(file)))) {
            json.setNestingLimit(MOST_LEVELS);
            JsonElement read = JsonParser.parseReader(json);
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw new JsonSyntaxException("it goes on behind its end");
            }
            return read.getAsJsonObject();
        } catch (JsonParseException | IllegalStateException | MalformedJsonException bad) {
            throw new IOException(
                    "%s is not a JSON object: %s. Save the tokenizer again with save_pretrained."
                            .formatted(file, JsonReasons.of(bad)),
                    bad);
        }
    }
}
