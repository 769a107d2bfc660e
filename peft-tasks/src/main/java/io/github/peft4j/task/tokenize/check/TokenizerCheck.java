package io.github.peft4j.task.tokenize.check;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.task.tokenize.check.JsonSpans.Span;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * Makes of a tokenizer.json one that the native library can be trusted with, or refuses it.
 *
 * <p>The library's reader ends the process for some texts, so all blocks but the model are read
 * here, checked, and written out again; truncation and padding, which this library does itself, are
 * left out. The model is looked through for what the library would fall over, and passed on byte by
 * byte: its mistakes, e.g. an id that is no number, come back as exceptions.
 */
public final class TokenizerCheck {

    /** The blocks that are made of parts. */
    private static final ImmutableList<String> PARTED =
            ImmutableList.of("normalizer", "pre_tokenizer", "post_processor", "decoder");

    private TokenizerCheck() {}

    /**
     * A file's bytes as the native library may read them.
     *
     * @param file named in the message
     * @throws IOException if it holds what the library would end the process for; the text names
     *     the place, the value and the rule
     */
    public static byte[] trusted(byte[] json, Path file) throws IOException {
        try {
            return trusted(json);
        } catch (Refusal bad) {
            throw new IOException(
                    ("%s cannot be used: %s. Save the tokenizer again with save_pretrained, or take"
                                    + " the file of the original checkpoint.")
                            .formatted(file, JsonReasons.message(bad)),
                    bad);
        }
    }

    private static byte[] trusted(byte[] json) {
        Map<String, Span> members = JsonSpans.members(json, "model");
        Span model = members.get("model");
        if (model == null) {
            throw Refusal.of("model", "is missing");
        }
        JsonElement version = read(json, members, "version");
        if (!version.isJsonNull() && !version.equals(new JsonPrimitive("1.0"))) {
            throw Refusal.of("version", version, "must be \"1.0\"");
        }
        JsonObject blocks = new JsonObject();
        blocks.add("version", new JsonPrimitive("1.0"));
        for (String name : PARTED) {
            blocks.add(name, read(json, members, name));
        }
        JsonElement added = read(json, members, "added_tokens");
        if (!added.isJsonNull()) {
            blocks.add("added_tokens", added);
        }
        ModelCheck.check(json, model);
        Parts normalizers = Parts.of("normalizer", blocks.get("normalizer"));
        Parts preTokenizers = Parts.of("pre_tokenizer", blocks.get("pre_tokenizer"));
        blocks.add("normalizer", NormalizerCheck.checked(normalizers, preTokenizers));
        blocks.add("pre_tokenizer", PreTokenizerCheck.checked(preTokenizers));
        blocks.add(
                "post_processor",
                ProcessorCheck.checked(Parts.of("post_processor", blocks.get("post_processor"))));
        blocks.add("decoder", DecoderCheck.checked(Parts.of("decoder", blocks.get("decoder"))));
        AddedTokensCheck.check(added, normalizers.all(), blocks.get("normalizer"));
        return written(blocks, json, model);
    }

    /** The model last: nothing of the other blocks is read behind a mistake in it. */
    private static byte[] written(JsonObject blocks, byte[] json, Span model) {
        byte[] first = blocks.toString().getBytes(StandardCharsets.UTF_8);
        byte[] name = ",\"model\":".getBytes(StandardCharsets.UTF_8);
        int length = model.to() - model.from();
        ByteBuffer all = ByteBuffer.allocate(first.length + name.length + length);
        all.put(first, 0, first.length - 1).put(name).put(json, model.from(), length);
        return all.put((byte) '}').array();
    }

    private static JsonElement read(byte[] json, Map<String, Span> members, String name) {
        Span span = members.get(name);
        if (span == null) {
            return JsonNull.INSTANCE;
        }
        JsonElement value = strictly(name, span.in(json));
        checkValues(name, value);
        return value;
    }

    private static JsonElement strictly(String name, String text) {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement value = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw Refusal.of(name, "is no JSON: it goes on behind its end");
            }
            return value;
        } catch (JsonParseException | IOException bad) {
            throw Refusal.of(name, "is no JSON: %s".formatted(JsonReasons.of(bad)));
        }
    }

    /** Refuses numbers and texts that the library's reader has no value for. */
    private static void checkValues(String block, JsonElement value) {
        if (value instanceof JsonObject object) {
            for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
                checkText(block, entry.getKey());
                checkValues(block, entry.getValue());
            }
        } else if (value instanceof JsonArray array) {
            array.forEach(element -> checkValues(block, element));
        } else if (value instanceof JsonPrimitive primitive) {
            if (primitive.isNumber() && !Double.isFinite(primitive.getAsDouble())) {
                throw Refusal.of(block, "holds %s, which is out of range".formatted(value));
            }
            if (primitive.isString()) {
                checkText(block, primitive.getAsString());
            }
        }
    }

    private static void checkText(String path, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length()
                        || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    throw Refusal.of(path, "holds half a surrogate pair, which is no character");
                }
                i++;
            }
        }
    }
}
