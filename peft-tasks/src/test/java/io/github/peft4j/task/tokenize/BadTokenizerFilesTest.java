package io.github.peft4j.task.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.task.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad files are refused by name, and the process goes on. */
class BadTokenizerFilesTest {

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({
        "decoder-number, decoder holds 1e999",
        "decoder-deep, decoder is nested more than 120 levels",
        "decoder-surrogate, decoder holds half a surrogate pair"
    })
    void refusesWhatEndsTheProcess(String report, String message) throws IOException {
        Path files = Folders.resource("reports/break-tokenizer-ends-the-process/" + report);

        assertThatThrownBy(() -> Tokenizer.fromPretrained(files))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokenizer.json")
                .hasMessageContaining(message);

        try (Tokenizer good = GoldenTokenizers.load("bert")) {
            assertThat(good.encode("hello").ids()).isNotEmpty();
        }
    }

    @Test
    void loadsATemplateThatLacksATokenAndRefusesItsUse() throws IOException {
        Path files =
                Folders.resource("reports/break-tokenizer-ends-the-process/special-token-missing");
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(files)) {
            assertThatThrownBy(() -> tokenizer.encode("hello"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("tokenizer.json cannot be used to put special tokens")
                    .hasMessageContaining("names the special token \"[SEP]\"");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1", "[]", "\"x\"", "true", "{\"type\": 1e999}", "{\"a\": \"\\udc00\"}"})
    void refusesEachBlockOfAnotherType(String value) throws IOException {
        for (String block :
                new String[] {"normalizer", "pre_tokenizer", "post_processor", "decoder"}) {
            Folders.copy(Folders.resource("golden/tokenizers/bert"), folder);
            Path file = folder.resolve("tokenizer.json");
            JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            json.remove(block);
            String rest = json.toString();
            Files.writeString(
                    file,
                    rest.substring(0, rest.length() - 1) + ",\"" + block + "\":" + value + "}");

            assertThatThrownBy(() -> Tokenizer.fromPretrained(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("tokenizer.json")
                    .hasMessageContaining(block);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "model_input_names; \"input_ids\"",
                "model_input_names; [[]]",
                "pad_token; {\"lstrip\": false}",
                "pad_token; []",
                "cls_token; {\"content\": {}}",
                "padding_side; 3",
                "padding_side; {}",
                "truncation_side; [null]",
                "pad_token_type_id; \"x\"",
                "pad_token_type_id; {}",
                "clean_up_tokenization_spaces; {}",
                "model_max_length; \"long\"",
                "model_max_length; []",
                "extra_special_tokens; \"x\"",
                "extra_special_tokens; [{}]",
                "added_tokens_decoder; [1]",
                "added_tokens_decoder; {\"0\": {}}",
                "do_lower_case; 1",
                "strip_accents; {}"
            })
    void namesKeyAndValueOfAnotherType(String key, String value) throws IOException {
        Folders.copy(Folders.resource("golden/tokenizers/bert"), folder);
        Path file = folder.resolve("tokenizer_config.json");
        JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        json.addProperty("tokenizer_class", "BertTokenizer");
        json.add(key, JsonParser.parseString(value));
        Files.writeString(file, json.toString());

        assertThatThrownBy(() -> Tokenizer.fromPretrained(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokenizer_config.json")
                .hasMessageContaining(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer_config.json", "special_tokens_map.json", "config.json"})
    void refusesFilesThatAreTooDeepOrTooLong(String name) throws IOException {
        Folders.copy(Folders.resource("golden/tokenizers/bert"), folder);
        Path file = folder.resolve(name);

        Files.writeString(file, "{\"a\": %s%s}".formatted("[".repeat(200), "]".repeat(200)));
        assertThatThrownBy(() -> Tokenizer.fromPretrained(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(name + " is not a JSON object")
                .hasMessageContaining("127");

        Files.writeString(file, "{" + " ".repeat(33 << 20) + "}");
        assertThatThrownBy(() -> Tokenizer.fromPretrained(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(name + " has more than 32 MiB");
    }

    @Test
    void refusesAFileThatIsNoObject() throws IOException {
        Folders.copy(Folders.resource("golden/tokenizers/bert"), folder);
        for (String name : new String[] {"added_tokens.json", "special_tokens_map.json"}) {
            Files.writeString(folder.resolve(name), "[]");
            assertThatThrownBy(() -> Tokenizer.fromPretrained(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(name + " is not a JSON object");
            Files.delete(folder.resolve(name));
        }
    }
}
