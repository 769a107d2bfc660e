package io.github.peft4j.task.tokenize.check;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.task.tokenize.check.JsonSpans.Span;
import io.github.peft4j.task.tokenize.use.Use;
import io.github.peft4j.task.tokenize.use.Uses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Makes of a tokenizer.json one that the native library can be trusted with, or refuses it.
 *
 * <p>The library's reader ends the process for some texts, so all blocks but the model are read in
 * Java, checked here, and written out again; truncation and padding, which this library does
 * itself, are left out. The model is looked through for what the library would fall over, and
 * passed on byte by byte: its mistakes, e.g. an id that is no number, come back as exceptions.
 *
 * <p>What the library would load, and fall over once it is used, does not keep the file from being
 * loaded: it is left out, and that use is barred.
 */
public final class TokenizerCheck {

    /** The blocks that are made of parts, and that work on texts. */
    private static final ImmutableList<String> ENCODING =
            ImmutableList.of("normalizer", "pre_tokenizer", "post_processor");

    private final JsonObject blocks;
    private final Map<Use, String> barred = Uses.none();

    private TokenizerCheck(JsonObject blocks) {
        this.blocks = blocks;
    }

    /**
     * A file as the native library may read it.
     *
     * @param blocks all but the model, read strictly; see {@link BlockValues}
     * @param json a text with the model, which was read strictly; nothing else in it counts
     * @param plain whether the model is the last member and the only one of its name, has no prefix
     *     and no list for a vocabulary: then it is passed on without being looked through
     * @param file named in messages
     * @throws IOException if it holds what the library would end the process for while it loads;
     *     the text names the place, the value and the rule
     */
    public static TrustedTokenizer trusted(JsonObject blocks, byte[] json, boolean plain, Path file)
            throws IOException {
        try {
            Span model =
                    plain
                            ? JsonSpans.last(json, "model")
                            : JsonSpans.members(json, "model").get("model");
            if (model == null) {
                throw Refusal.of("model", "is missing");
            }
            if (!plain) {
                ModelCheck.check(json, model);
            }
            TokenizerCheck check = new TokenizerCheck(known(blocks));
            check.encoding();
            check.decoding();
            return new TrustedTokenizer(
                    check.blocks.toString(), json, model, new Uses(file, check.barred));
        } catch (Refusal bad) {
            throw new IOException(
                    ("%s cannot be used: %s. Save the tokenizer again with save_pretrained, or take"
                                    + " the file of the original checkpoint.")
                            .formatted(file, JsonReasons.message(bad)),
                    bad);
        }
    }

    /** A copy of the blocks that matter, which may be changed. */
    private static JsonObject known(JsonObject blocks) {
        BlockValues.check(blocks);
        JsonElement version = get(blocks, "version");
        if (!version.isJsonNull() && !version.equals(new JsonPrimitive("1.0"))) {
            throw Refusal.of("version", version, "must be \"1.0\"");
        }
        JsonObject known = new JsonObject();
        known.add("version", new JsonPrimitive("1.0"));
        ENCODING.forEach(name -> known.add(name, get(blocks, name).deepCopy()));
        known.add("decoder", get(blocks, "decoder").deepCopy());
        if (!get(blocks, "added_tokens").isJsonNull()) {
            known.add("added_tokens", get(blocks, "added_tokens"));
        }
        return known;
    }

    private static JsonElement get(JsonObject blocks, String name) {
        JsonElement block = blocks.get(name);
        return block == null ? JsonNull.INSTANCE : block;
    }

    private void encoding() {
        try {
            Parts normalizers = Parts.of("normalizer", blocks.get("normalizer"));
            Parts preTokenizers = Parts.of("pre_tokenizer", blocks.get("pre_tokenizer"));
            Parts processors = Parts.of("post_processor", blocks.get("post_processor"));
            blocks.add("normalizer", NormalizerCheck.checked(normalizers, preTokenizers));
            blocks.add("pre_tokenizer", PreTokenizerCheck.checked(preTokenizers));
            blocks.add("post_processor", ProcessorCheck.checked(processors, barred));
            AddedTokensCheck.check(
                    get(blocks, "added_tokens"), normalizers.all(), blocks.get("normalizer"));
        } catch (Refusal bad) {
            bar(Use.ENCODE, bad, ENCODING);
        }
    }

    private void decoding() {
        try {
            blocks.add("decoder", DecoderCheck.checked(Parts.of("decoder", blocks.get("decoder"))));
        } catch (Refusal bad) {
            bar(Use.DECODE, bad, ImmutableList.of("decoder"));
        }
    }

    /** Leaves blocks out whose use would end the process. */
    private void bar(Use use, Refusal bad, List<String> names) {
        if (!bad.isInUse()) {
            throw bad;
        }
        names.forEach(name -> blocks.add(name, JsonNull.INSTANCE));
        barred.put(use, bad.getMessage());
    }
}
