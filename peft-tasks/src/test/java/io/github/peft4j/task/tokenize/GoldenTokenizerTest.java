package io.github.peft4j.task.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.task.tokenize.reference.ReferenceTexts;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every case of {@code golden/tokenizers}: ids, masks, words and spans as Python gives them. */
class GoldenTokenizerTest {

    @TestFactory
    Stream<DynamicNode> encodesAsPythonDoes() {
        return GoldenTokenizers.names().stream().flatMap(GoldenTokenizerTest::encodings);
    }

    @TestFactory
    Stream<DynamicNode> decodesAsPythonDoes() {
        return GoldenTokenizers.names().stream().flatMap(GoldenTokenizerTest::decodings);
    }

    private static Stream<DynamicNode> encodings(String name) {
        JsonObject cases = GoldenTokenizers.cases(name).getAsJsonObject("encode");
        return cases.keySet().stream()
                .map(
                        each ->
                                DynamicTest.dynamicTest(
                                        name + " " + each,
                                        () -> checkEncoding(name, cases.getAsJsonObject(each))));
    }

    private static Stream<DynamicNode> decodings(String name) {
        List<JsonElement> cases = GoldenTokenizers.cases(name).getAsJsonArray("decode").asList();
        return IntStream.range(0, cases.size())
                .mapToObj(
                        i ->
                                DynamicTest.dynamicTest(
                                        name + " decode " + i,
                                        () -> checkDecoding(name, cases.get(i).getAsJsonObject())));
    }

    @TestFactory
    Stream<DynamicNode> knowsItsSpecialTokens() {
        return GoldenTokenizers.names().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> checkFacts(name)));
    }

    private static void checkFacts(String name) throws IOException {
        JsonObject facts = GoldenTokenizers.cases(name);
        try (Tokenizer tokenizer = GoldenTokenizers.load(name)) {
            assertThat(tokenizer.vocabSize()).isEqualTo(facts.get("vocab_size").getAsInt());
            assertThat(tokenizer.config().modelMaxLength())
                    .hasValue(facts.get("model_max_length").getAsInt());
            assertThat(tokenizer.config().paddingSide())
                    .isEqualTo(Side.of(facts.get("padding_side").getAsString()));
            JsonObject special = facts.getAsJsonObject("special_tokens");
            assertThat(tokenizer.config().specialTokens().keySet())
                    .containsExactlyInAnyOrderElementsOf(special.keySet());
            special.asMap()
                    .forEach(
                            (role, pair) ->
                                    assertThat(tokenizer.specialId(role))
                                            .hasValue(pair.getAsJsonArray().get(1).getAsInt()));
            assertThat(ReferenceTexts.numbers(tokenizer.allSpecialIds()))
                    .isEqualTo(facts.getAsJsonArray("all_special_ids"));
        }
    }

    private static void checkDecoding(String name, JsonObject given) throws IOException {
        long[] ids =
                given.getAsJsonArray("ids").asList().stream()
                        .mapToLong(JsonElement::getAsLong)
                        .toArray();
        boolean skip = given.get("skip_special_tokens").getAsBoolean();
        JsonElement clean = given.get("clean_up_tokenization_spaces");
        try (Tokenizer tokenizer = GoldenTokenizers.load(name)) {
            String text =
                    clean.isJsonNull()
                            ? tokenizer.decode(ids, skip)
                            : tokenizer.decode(ids, skip, clean.getAsBoolean());
            assertThat(text).isEqualTo(given.get("text").getAsString());
        }
    }

    private static void checkEncoding(String name, JsonObject given) throws IOException {
        ReferenceTexts texts = new ReferenceTexts(given);
        JsonObject expected = given.getAsJsonObject("expected");
        try (Tokenizer tokenizer = GoldenTokenizers.load(name)) {
            List<Encoding> rows = tokenizer.encodeAll(texts.inputs(), texts.options());
            JsonObject actual = new JsonObject();
            expected.keySet().forEach(key -> actual.add(key, texts.column(rows, key)));
            assertThat(actual).isEqualTo(expected);
            assertThat(rows).allSatisfy(row -> checkChars(given, row));
            if (expected.has("token_type_ids")) {
                assertThat(tokenizer.config().modelInputNames()).contains("token_type_ids");
            }
        }
    }

    /** The piece of Java text and the piece by code points are the same text. */
    private static void checkChars(JsonObject given, Encoding row) {
        for (Token token : row.tokens()) {
            if (token.kind() == Token.Kind.TEXT) {
                String text = GoldenTokenizers.textOf(given, row.sample(), token);
                Span span = token.codePoints();
                int[] points = text.codePoints().toArray();
                assertThat(text.substring(token.chars().start(), token.chars().end()))
                        .isEqualTo(new String(points, span.start(), span.end() - span.start()));
            }
        }
    }
}
