package io.github.peft4j.task.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.modality.nlp.translator.NamedEntity;
import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.PaddingStrategy;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenEntitiesTest {

    private Tokenizer tokenizer;
    private JsonObject expected;

    @BeforeEach
    void load() throws IOException {
        tokenizer = SmallTokenizer.load();
        try (InputStream in =
                TokenEntitiesTest.class.getResourceAsStream("/translate/entities.json")) {
            assertThat(in).isNotNull();
            expected =
                    JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                            .getAsJsonObject();
        }
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    private ImmutableList<String> labels() {
        return expected.getAsJsonArray("labels").asList().stream()
                .map(JsonElement::getAsString)
                .collect(ImmutableList.toImmutableList());
    }

    private List<JsonObject> cases() {
        return expected.getAsJsonArray("cases").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    private static float[] logits(JsonObject given) {
        JsonArray array = given.getAsJsonArray("logits");
        float[] logits = new float[array.size()];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = array.get(i).getAsFloat();
        }
        return logits;
    }

    @Test
    void findsWhatTransformersFinds() {
        assertFound(4);
    }

    private void assertFound(int texts) {
        for (JsonObject given : cases()) {
            String text = given.get("text").getAsString();
            for (EntityAggregation how : EntityAggregation.values()) {
                NamedEntity[] found =
                        TokenEntities.of(
                                tokenizer,
                                text,
                                tokenizer.encode(text),
                                logits(given),
                                labels(),
                                how);

                JsonArray wanted =
                        given.getAsJsonObject("found")
                                .getAsJsonArray(how.name().toLowerCase(Locale.ROOT));
                assertThat(found).as(text + " " + how).hasSize(wanted.size());
                for (int i = 0; i < found.length; i++) {
                    assertSame(text, how, found[i], wanted.get(i).getAsJsonObject());
                }
            }
        }
        assertThat(cases()).hasSize(texts);
    }

    /** Where nothing marks pieces of words, its groups are not the tokenizer's words. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "roberta", "llama", "t5"})
    void findsWhatTransformersFindsWithoutMarkedPieces(String name) throws IOException {
        expected =
                JsonParser.parseString(
                                Files.readString(
                                        Folders.resource("translate/entities_" + name + ".json")))
                        .getAsJsonObject();
        tokenizer.close();
        tokenizer = Tokenizer.fromPretrained(Folders.resource("golden/tokenizers/" + name));

        assertFound(3);
    }

    private static void assertSame(
            String text, EntityAggregation how, NamedEntity found, JsonObject wanted) {
        assertThat(found.getEntity()).isEqualTo(wanted.get("entity").getAsString());
        assertThat(found.getScore()).isCloseTo(wanted.get("score").getAsFloat(), within(1e-6f));
        // Python counts code points
        assertThat(text.codePointCount(0, found.getStart()))
                .isEqualTo(wanted.get("start").getAsInt());
        assertThat(text.codePointCount(0, found.getEnd())).isEqualTo(wanted.get("end").getAsInt());
        if (how == EntityAggregation.NONE) {
            assertThat(found.getIndex()).isEqualTo(wanted.get("index").getAsInt());
        } else {
            assertThat(found.getWord()).isEqualTo(text.substring(found.getStart(), found.getEnd()));
        }
    }

    @Test
    void looksPastPaddingOnEitherSide() {
        JsonObject given = cases().get(2);
        float[] logits = logits(given);
        for (Side side : Side.values()) {
            Encoding padded =
                    tokenizer.encode(
                            "boat",
                            EncodeOptions.builder()
                                    .optPadding(PaddingStrategy.MAX_LENGTH)
                                    .optMaxLength(5)
                                    .optPaddingSide(side)
                                    .build());
            float[] all = new float[5 * labels().size()];
            // padding shouts for a person, and is not heard
            Arrays.fill(all, -9);
            for (int i = 0; i < 5; i++) {
                all[i * labels().size() + 1] = 99;
            }
            int shift = side == Side.LEFT ? all.length - logits.length : 0;
            System.arraycopy(logits, 0, all, shift, logits.length);

            NamedEntity[] found =
                    TokenEntities.of(
                            tokenizer, "boat", padded, all, labels(), EntityAggregation.NONE);

            assertThat(found).hasSize(1);
            assertThat(found[0].getEntity()).isEqualTo("B-LOC");
            assertThat(found[0].getIndex()).isEqualTo(1);
            assertThat(found[0].getWord()).isEqualTo("boat");
        }
    }

    @Test
    void refusesLogitsOfAnotherModel() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                TokenEntities.of(
                                        tokenizer,
                                        "boat",
                                        tokenizer.encode("boat"),
                                        new float[6],
                                        ImmutableList.of("O", "B-X", "I-X"),
                                        EntityAggregation.SIMPLE))
                .withMessageContaining("6 numbers for 3 tokens and 3 labels");
    }
}
