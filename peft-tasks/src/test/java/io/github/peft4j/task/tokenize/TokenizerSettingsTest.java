package io.github.peft4j.task.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Splitter;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.task.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Settings and tokens outside tokenizer.json count as they do in transformers. */
class TokenizerSettingsTest {

    @TempDir Path folder;

    static Stream<JsonObject> cases() throws IOException {
        return TransformersCases.read("tokenizers/settings.jsonl");
    }

    private void lay(JsonObject given) throws IOException {
        lay(given.get("tokenizer").getAsString());
        JsonObject model = new JsonObject();
        model.add("model_type", given.get("family"));
        Files.writeString(folder.resolve("config.json"), model.toString());
        configure(given.getAsJsonObject("config"));
        TransformersCases.layFiles(given, folder);
    }

    private void lay(String tokenizer) {
        String parent = tokenizer.equals("unigram") ? "tokenizers/" : "golden/tokenizers/";
        Folders.copy(Folders.resource(parent + tokenizer), folder);
    }

    private void configure(JsonObject changes) throws IOException {
        Path file = folder.resolve("tokenizer_config.json");
        JsonObject config = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        for (var change : changes.entrySet()) {
            config.remove(change.getKey());
            if (!change.getValue().isJsonNull()) {
                config.add(change.getKey(), change.getValue());
            }
        }
        Files.writeString(file, config.toString());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void encodesAsTransformers(JsonObject given) throws IOException {
        lay(given);

        try (Tokenizer tokenizer = Tokenizer.fromPretrained(folder)) {
            TransformersCases.check(tokenizer, given);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bert, tokenizer-lower-case-off, Hello World, 2 1 1 3",
        "bert, tokenizer-lower-case-off, hello, 2 32 67 117 76 3",
        "bert-cased, tokenizer-lower-case-on, Hello World, 2 34 72 121 81 48 111 78 71 3",
        "roberta, tokenizer-prefix-space-on, Hello World, 0 225 44 73 280 83 225 59 281 302 2",
        "roberta, tokenizer-prefix-space-on, the fox, 0 263 294 83 92 2",
        "llama, tokenizer-added-tokens-decoder, <|im_start|>user hello<|im_end|>,"
                + " 1 352 313 304 302 320 313 314 334 298 63 127 293 296 98 340 288 127 65"
    })
    void encodesReportedFolders(String tokenizer, String report, String text, String ids)
            throws IOException {
        lay(tokenizer);
        Folders.copy(Folders.resource("reports/" + report), folder);

        try (Tokenizer loaded = Tokenizer.fromPretrained(folder)) {
            assertThat(loaded.encode(text).ids())
                    .containsExactly(
                            Splitter.on(' ')
                                    .splitToStream(ids)
                                    .mapToLong(Long::parseLong)
                                    .toArray());
            assertThat(loaded.vocabSize())
                    .isEqualTo(tokenizer.equals("llama") ? 353 : size(tokenizer));
        }
    }

    private static int size(String tokenizer) throws IOException {
        try (Tokenizer golden =
                Tokenizer.fromPretrained(Folders.resource("golden/tokenizers/" + tokenizer))) {
            return golden.vocabSize();
        }
    }

    @Test
    void refusesSettingsThatAreNoTruthAndTokensOutOfOrder() throws IOException {
        lay("bert");
        configure(
                JsonParser.parseString(
                                "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": \"no\"}")
                        .getAsJsonObject());
        assertThatThrownBy(() -> Tokenizer.fromPretrained(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokenizer_config.json")
                .hasMessageContaining("do_lower_case is \"no\". It must be true or false.");
        configure(
                JsonParser.parseString(
                                "{\"do_lower_case\": true, \"added_tokens_decoder\":"
                                        + " {\"5000\": {\"content\": \"<new>\"}}}")
                        .getAsJsonObject());
        assertThatThrownBy(() -> Tokenizer.fromPretrained(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("token \"<new>\" has the id 5000");
    }
}
