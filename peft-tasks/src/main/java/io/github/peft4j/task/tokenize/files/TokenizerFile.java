package io.github.peft4j.task.tokenize.files;

import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.github.peft4j.json.JsonFile;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.task.tokenize.check.BlockValues;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Java itself needs of {@code tokenizer.json}: the vocabulary, the kind of model, and the
 * blocks around it.
 *
 * <p>Read as a stream: a vocabulary of many megabytes is never held as a tree.
 *
 * @param modelType e.g. {@code WordPiece}, empty if the file does not say
 * @param vocabulary id of each token, added tokens included
 * @param subwordPrefix what stands before tokens inside a word, e.g. {@code ##}; empty where
 *     nothing tells them from others
 * @param blocks all but the model, e.g. {@code pre_tokenizer}
 * @param plain whether the model is the last member, the only one of that name, has ids by token
 *     and no prefix: then nothing in it needs a check
 */
public record TokenizerFile(
        String modelType,
        Map<String, Integer> vocabulary,
        String subwordPrefix,
        JsonObject blocks,
        boolean plain) {

    /** As deep as the library's reader goes. */
    private static final int MOST_LEVELS = 127;

    private static final String PREFIX = "continuing_subword_prefix";

    /** No key of a file: stands among the texts of a model that is not plain. */
    private static final String LOOKED_INTO = "";

    /** Bytes: seven times the longest tokenizer that is known. */
    private static final int LONGEST = 256 << 20;

    /** Copies the vocabulary. */
    public TokenizerFile {
        vocabulary = ImmutableMap.copyOf(vocabulary);
    }

    /** The text of one file. */
    static byte[] bytes(Path file) throws IOException {
        return JsonFile.bytes(file, LONGEST);
    }

    /**
     * Reads the text of one file.
     *
     * @param file named if it is not the text of such a file
     */
    static TokenizerFile read(byte[] text, Path file) throws IOException {
        Reader reader =
                new InputStreamReader(
                        new ByteArrayInputStream(text), StandardCharsets.UTF_8.newDecoder());
        try (JsonReader json = new JsonReader(reader)) {
            json.setStrictness(Strictness.STRICT);
            return read(json);
        } catch (EOFException
                | MalformedJsonException
                | CharacterCodingException
                | IllegalStateException
                | IllegalArgumentException
                | UnsupportedOperationException
                | ClassCastException
                | JsonParseException bad) {
            throw new IOException(
                    "%s is not a tokenizer.json: %s. Save the tokenizer again with save_pretrained."
                            .formatted(file, JsonReasons.of(bad)),
                    bad);
        }
    }

    /** The same vocabulary between other blocks, with the tokens that they add. */
    TokenizerFile with(JsonObject others) {
        JsonObject all = new JsonObject();
        blocks.asMap().forEach(all::add);
        others.asMap().forEach(all::add);
        Map<String, Integer> more = new LinkedHashMap<>(vocabulary);
        putAddedTokens(all, more);
        return new TokenizerFile(modelType, ImmutableMap.copyOf(more), subwordPrefix, all, plain);
    }

    private static TokenizerFile read(JsonReader json) throws IOException {
        Map<String, String> model = new HashMap<>();
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        JsonObject blocks = new JsonObject();
        boolean plain = false;
        int models = 0;
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            plain = false;
            if (name.equals("model")) {
                json.setNestingLimit(MOST_LEVELS);
                model = readModel(json, vocabulary);
                plain = models++ == 0 && !model.containsKey(LOOKED_INTO);
            } else {
                json.setNestingLimit(2 * MOST_LEVELS); // how deep is said by the block's name
                blocks.add(name, JsonParser.parseReader(json));
            }
        }
        json.endObject();
        if (json.peek() != JsonToken.END_DOCUMENT) {
            throw new MalformedJsonException("it goes on behind its end");
        }
        BlockValues.check(blocks);
        putAddedTokens(blocks, vocabulary);
        return new TokenizerFile(
                model.getOrDefault("type", ""),
                ImmutableMap.copyOf(vocabulary),
                model.getOrDefault(PREFIX, ""),
                blocks,
                plain);
    }

    /** The block of this name, or null where there is none. */
    public @Nullable JsonObject block(String name) {
        JsonElement block = blocks.get(name);
        return block != null && block.isJsonObject() ? block.getAsJsonObject() : null;
    }

    /** Whether some block spells tokens in bytes, as GPT-2's do. */
    boolean isByteLevel() {
        return blocks.toString().contains("\"ByteLevel\"");
    }

    private static void putAddedTokens(JsonObject blocks, Map<String, Integer> vocabulary) {
        JsonElement tokens = blocks.get("added_tokens");
        if (tokens == null || tokens.isJsonNull()) {
            return;
        }
        for (JsonElement element : tokens.getAsJsonArray()) {
            JsonObject token = element.getAsJsonObject();
            if (!token.has("content") || !token.has("id")) {
                throw new IllegalStateException("an added token lacks its content or id");
            }
            vocabulary.put(token.get("content").getAsString(), token.get("id").getAsInt());
        }
    }

    /** Puts the vocabulary, and gives the model's texts by name. */
    private static Map<String, String> readModel(JsonReader json, Map<String, Integer> vocabulary)
            throws IOException {
        Map<String, String> texts = new HashMap<>();
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            if (name.equals("vocab")) {
                if (json.peek() == JsonToken.BEGIN_ARRAY) {
                    texts.put(LOOKED_INTO, name);
                }
                readVocabulary(json, vocabulary);
            } else if (json.peek() == JsonToken.STRING) {
                String text = json.nextString();
                texts.put(name, text);
                if (name.equals(PREFIX) && !text.isEmpty()) {
                    texts.put(LOOKED_INTO, name);
                }
            } else {
                json.skipValue();
            }
        }
        json.endObject();
        return texts;
    }

    /** Either token to id, or (Unigram) a list of [token, score] in the order of the ids. */
    private static void readVocabulary(JsonReader json, Map<String, Integer> vocabulary)
            throws IOException {
        if (json.peek() == JsonToken.BEGIN_OBJECT) {
            json.beginObject();
            while (json.hasNext()) {
                vocabulary.putIfAbsent(json.nextName(), json.nextInt());
            }
            json.endObject();
            return;
        }
        json.beginArray();
        for (int id = 0; json.hasNext(); id++) {
            json.beginArray();
            vocabulary.putIfAbsent(json.nextString(), id);
            json.skipValue();
            json.endArray();
        }
        json.endArray();
    }
}
