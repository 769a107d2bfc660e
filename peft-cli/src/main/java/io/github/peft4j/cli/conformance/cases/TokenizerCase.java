package io.github.peft4j.cli.conformance.cases;

import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Longs;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.tokenize.reference.ReferenceTexts;
import java.nio.file.Path;
import java.util.List;

/**
 * One thing that Python's tokenizer gave: the columns of encoded texts, a decoded text, or the
 * facts about the tokenizer itself.
 *
 * @param folder tokenizer.json and tokenizer_config.json
 */
record TokenizerCase(String name, Path folder, Check check) implements ConformanceCase {

    /** What is compared. */
    @FunctionalInterface
    interface Check {
        void run(Tokenizer tokenizer) throws CaseFailure;
    }

    @Override
    public double run() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(folder)) {
            check.run(tokenizer);
        }
        return 0;
    }

    /** Encodes texts and compares every column that Python gave. */
    static Check encoding(JsonObject given) {
        return tokenizer -> {
            ReferenceTexts texts = new ReferenceTexts(given);
            List<Encoding> rows = tokenizer.encodeAll(texts.inputs(), texts.options());
            JsonObject expected = given.getAsJsonObject("expected");
            for (String key : expected.keySet()) {
                equal(key, texts.column(rows, key), expected.get(key));
            }
        };
    }

    /** Decodes ids. */
    static Check decoding(JsonObject given) {
        return tokenizer -> {
            long[] ids =
                    given.getAsJsonArray("ids").asList().stream()
                            .mapToLong(JsonElement::getAsLong)
                            .toArray();
            boolean skip = given.get("skip_special_tokens").getAsBoolean();
            JsonElement clean = given.get("clean_up_tokenization_spaces");
            String text =
                    clean.isJsonNull()
                            ? tokenizer.decode(ids, skip)
                            : tokenizer.decode(ids, skip, clean.getAsBoolean());
            equal("text", text, given.get("text").getAsString());
        };
    }

    /** Writes a conversation as the chat template says, and encodes it. */
    static Check chat(JsonObject given) {
        return tokenizer -> {
            String text =
                    tokenizer
                            .chatTemplate()
                            .render(
                                    ChatCase.messages(given.get("messages")),
                                    given.get("add_generation_prompt").getAsBoolean());
            equal("text", text, given.get("text").getAsString());
            EncodeOptions options = EncodeOptions.builder().optAddSpecialTokens(false).build();
            equal(
                    "input_ids",
                    ReferenceTexts.numbers(
                            Longs.asList(tokenizer.encode(TextInput.of(text), options).ids())),
                    given.get("input_ids"));
        };
    }

    /** Compares sizes, sides and special tokens. */
    static Check facts(JsonObject given) {
        return tokenizer -> {
            equal("vocab_size", tokenizer.vocabSize(), given.get("vocab_size").getAsInt());
            equal(
                    "model_max_length",
                    tokenizer.config().modelMaxLength().orElse(-1),
                    given.get("model_max_length").getAsInt());
            equal(
                    "padding_side",
                    tokenizer.config().paddingSide(),
                    Side.of(given.get("padding_side").getAsString()));
            JsonObject special = given.getAsJsonObject("special_tokens");
            equal(
                    "special_tokens",
                    ImmutableSet.copyOf(tokenizer.config().specialTokens().keySet()),
                    ImmutableSet.copyOf(special.keySet()));
            for (String role : special.keySet()) {
                int id = special.getAsJsonArray(role).get(1).getAsInt();
                equal(role, tokenizer.specialId(role).orElse(-1), id);
            }
            equal(
                    "all_special_ids",
                    ReferenceTexts.numbers(tokenizer.allSpecialIds()),
                    given.getAsJsonArray("all_special_ids"));
        };
    }

    private static void equal(String what, Object ours, Object theirs) throws CaseFailure {
        if (!ours.equals(theirs)) {
            throw new CaseFailure(what + ": " + ours + ", Python has " + theirs);
        }
    }
}
