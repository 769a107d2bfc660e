package io.github.peft4j.task.tokenize.check;

import com.google.common.collect.ImmutableList;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import io.github.peft4j.task.tokenize.check.JsonSpans.Span;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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

    private static final Gson STRICT =
            new GsonBuilder()
                    .setStrictness(Strictness.STRICT)
                    .disableHtmlEscaping()
                    .serializeNulls()
                    .create();

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
                            .formatted(file, bad.getMessage()),
                    bad);
        }
    }

    private static byte[] trusted(byte[] json) {
        Map<String, Span> members = JsonSpans.members(json, 0, json.length, "the file");
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
        byte[] first = STRICT.toJson(blocks).getBytes(StandardCharsets.UTF_8);
        byte[] name = ",\"model\":".getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream all =
                new ByteArrayOutputStream(
                        first.length + name.length + model.to() - model.from() + 1);
        all.write(first, 0, first.length - 1);
        all.writeBytes(name);
        all.write(json, model.from(), model.to() - model.from());
        all.write('}');
        return all.toByteArray();
    }

    private static JsonElement read(byte[] json, Map<String, Span> members, String name) {
        Span span = members.get(name);
        if (span == null) {
            return JsonNull.INSTANCE;
        }
        JsonElement value;
        try {
            value = STRICT.fromJson(span.in(json), JsonElement.class);
        } catch (JsonParseException bad) {
            throw Refusal.of(name, "is no JSON: %s".formatted(bad.getMessage()));
        }
        checkValues(name, value);
        return value;
    }

    /** Refuses numbers and texts that the library's reader has no value for. */
    private static void checkValues(String path, JsonElement value) {
        if (value instanceof JsonObject object) {
            for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
                checkText(path, entry.getKey());
                checkValues(path + "." + entry.getKey(), entry.getValue());
            }
        } else if (value instanceof JsonArray array) {
            int i = 0;
            for (JsonElement element : array) {
                checkValues("%s[%d]".formatted(path, i++), element);
            }
        } else if (value instanceof JsonPrimitive primitive) {
            if (primitive.isNumber() && !Double.isFinite(primitive.getAsDouble())) {
                throw Refusal.of(path, value, "a number out of range");
            }
            if (primitive.isString()) {
                checkText(path, primitive.getAsString());
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
