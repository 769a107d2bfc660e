package io.github.peft4j.task.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.data.DataFiles;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.generation.PlainTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokenizers of files without tokenizer.json, and without a pad token. */
class VocabularyFilesTest {

    @TempDir Path folder;

    static Stream<JsonObject> cases() throws IOException {
        return TransformersCases.read("tokenizers/vocabularies.jsonl");
    }

    private static JsonObject golden(String name) throws IOException {
        Path file = Folders.resource("golden/tokenizers/" + name + "/tokenizer.json");
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    private void lay(JsonObject given) throws IOException {
        JsonObject whole = golden(given.get("tokenizer").getAsString());
        JsonObject model = whole.getAsJsonObject("model");
        JsonObject vocabulary = model.getAsJsonObject("vocab").deepCopy();
        for (JsonElement token : whole.getAsJsonArray("added_tokens")) {
            JsonObject added = token.getAsJsonObject();
            vocabulary.add(added.get("content").getAsString(), added.get("id"));
        }
        if (model.get("type").getAsString().equals("WordPiece")) {
            List<String> tokens = new ArrayList<>(vocabulary.keySet());
            tokens.sort(Comparator.comparingInt(token -> vocabulary.get(token).getAsInt()));
            Files.write(folder.resolve("vocab.txt"), tokens);
        } else {
            List<String> merges = new ArrayList<>(List.of("#version: 0.2"));
            for (JsonElement merge : model.getAsJsonArray("merges")) {
                merges.add(
                        merge.isJsonPrimitive()
                                ? merge.getAsString()
                                : merge.getAsJsonArray().get(0).getAsString()
                                        + " "
                                        + merge.getAsJsonArray().get(1).getAsString());
            }
            Files.writeString(folder.resolve("vocab.json"), vocabulary.toString());
            Files.write(folder.resolve("merges.txt"), merges);
        }
        Files.writeString(
                folder.resolve("config.json"),
                "{\"model_type\": %s}".formatted(given.get("family")));
        Files.writeString(folder.resolve("tokenizer_config.json"), given.get("config").toString());
        TransformersCases.layFiles(given, folder);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void encodesAsTransformers(JsonObject given) throws IOException {
        lay(given);

        try (Tokenizer tokenizer = Tokenizer.fromPretrained(folder)) {
            TransformersCases.check(tokenizer, given);
            for (String role : List.of("pad", "eos")) {
                JsonElement id = given.get(role);
                assertThat(tokenizer.specialId(role + "_token").orElse(-1))
                        .isEqualTo(id.isJsonNull() ? -1 : id.getAsInt());
            }
        }
    }

    @Test
    void readsAReportedVocabulary() throws IOException {
        try (Tokenizer tokenizer =
                Tokenizer.fromPretrained(Folders.resource("reports/tokenizer-vocab-txt"))) {
            assertThat(tokenizer.encode("Hello World, the fox.").ids())
                    .containsExactly(2, 32, 67, 117, 76, 46, 107, 73, 66, 9, 91, 30, 76, 85, 11, 3);
            assertThat(tokenizer.config().modelInputNames()).contains("token_type_ids");
        }
    }

    @Test
    void saysWhatItLooksFor() throws IOException {
        assertThatThrownBy(() -> Tokenizer.fromPretrained(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokenizer.json does not exist, nor vocab.txt");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0}");
        Files.writeString(folder.resolve("merges.txt"), "");
        assertThatThrownBy(() -> Tokenizer.fromPretrained(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokenizer_class null is none");
    }

    /** GPT-2's files, which name no pad token. */
    private void layWithoutPad() {
        Folders.copy(Folders.resource("golden/tokenizers/gpt2"), folder);
        Folders.copy(Folders.resource("reports/tokenizer-without-pad-token"), folder);
    }

    @Test
    void padsLearnedTokensWithoutAPadToken() throws IOException {
        layWithoutPad();
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(folder)) {
            TokenDataset one = PlainTexts.of(tokenizer, List.of("a b c"), EncodeOptions.DEFAULT);
            assertThat(DataFiles.column(one, 0, "input_ids"))
                    .containsExactly(tokenizer.encode("a b c").ids());

            TokenDataset two =
                    PlainTexts.of(tokenizer, List.of("a b c", "a"), EncodeOptions.DEFAULT);
            assertThat(DataFiles.column(two.batch(1, 0), "attention_mask")).startsWith(1, 0, 0);
            assertThat(DataFiles.column(two.batch(1, 0), "labels")).contains(-100, -100);

            List<TextInput> texts = List.of(TextInput.of("a b c"), TextInput.of("a"));
            TokenDataset plain = TokenDataset.unlabeled(tokenizer, texts, EncodeOptions.DEFAULT);
            assertThat(plain.batch(0).size()).isEqualTo(1);
            assertThatIllegalStateException()
                    .isThrownBy(() -> plain.batch(0, 1))
                    .withMessageContaining("has no pad token")
                    .withMessageContaining("Tokenizer.fromPretrained(directory,");
            assertThat(tokenizer.encodeAll(texts.subList(0, 1), padded())).hasSize(1);
            assertThatIllegalStateException()
                    .isThrownBy(() -> tokenizer.encodeAll(texts, padded()));
        }
    }

    private static EncodeOptions padded() {
        return EncodeOptions.builder().optPadding(PaddingStrategy.LONGEST).build();
    }

    @Test
    void takesThePadTokenOfTheCaller() throws IOException {
        layWithoutPad();
        try (Tokenizer tokenizer =
                Tokenizer.fromPretrained(folder, Map.of("pad_token", "<|endoftext|>"))) {
            assertThat(tokenizer.padId()).isEqualTo(tokenizer.eosId());
            List<TextInput> texts = List.of(TextInput.of("a b c"), TextInput.of("a"));
            assertThat(tokenizer.encodeAll(texts, padded()).get(1).ids())
                    .endsWith(tokenizer.eosId(), tokenizer.eosId());
        }
        assertThatThrownBy(() -> Tokenizer.fromPretrained(folder, Map.of("pad", "x")))
                .hasMessageContaining("[pad] are not all of a known role");
    }

    @Test
    void padsByTheModelsTokenWhereTheTokenizerNamesNone() throws IOException {
        layWithoutPad();
        Files.writeString(
                folder.resolve("config.json"), "{\"model_type\": \"gpt2\", \"pad_token_id\": 7}");
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(folder)) {
            List<TextInput> texts = List.of(TextInput.of("a b c"), TextInput.of("a"));
            assertThat(tokenizer.encodeAll(texts, padded()).get(1).ids()).endsWith(7, 7);
            assertThat(tokenizer.fillId()).hasValue(7);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.model", "spiece.model", "sentencepiece.bpe.model"})
    void saysWhatToDoWithASentencePieceModel(String name) throws IOException {
        Files.writeString(folder.resolve(name), "pieces");

        assertThatThrownBy(() -> Tokenizer.fromPretrained(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(name + " is a SentencePiece model")
                .hasMessageContaining("save_pretrained");
    }
}
