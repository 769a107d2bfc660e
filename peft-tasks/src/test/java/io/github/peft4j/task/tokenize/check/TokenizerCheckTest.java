package io.github.peft4j.task.tokenize.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.tokenize.files.TokenizerFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends the process in the native library is refused by name, or mended where it can be. */
class TokenizerCheckTest {

    private static final String TOKEN =
            "{\"id\": 1, \"content\": \"%s\", \"single_word\": false, \"lstrip\": %s,"
                    + " \"rstrip\": %s, \"normalized\": %s, \"special\": false}";

    private static final String MODEL =
            "{\"type\": \"WordLevel\", \"vocab\": {\"<unk>\": 0, \"a\": 1}, \"unk_token\":"
                    + " \"<unk>\"}";

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "decoder; 1e999; decoder holds 1e999",
                "decoder; \"\\ud800\"; half a surrogate pair",
                "decoder; \"x\"; decoder is \"x\", must be an object or null",
                "decoder; {\"type\": }; is not a tokenizer.json: Expected",
                "normalizer; {\"type\": \"Precompiled\"}; must be a text in base64",
                "normalizer; {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"?\"}; base64",
                "normalizer; {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"BAAA\"};"
                        + " it has 3 bytes",
                "pre_tokenizer; {\"type\": \"Split\", \"pattern\": {\"Regex\": \"(a\"},"
                        + " \"behavior\": \"Isolated\", \"invert\": false}; cannot be read",
                "post_processor; {\"type\": \"TemplateProcessing\", \"single\": [1], \"pair\": [],"
                        + " \"special_tokens\": {}}; post_processor.single[0] is 1, must be"
            })
    void refusesABlock(String block, String value, String message) {
        assertThatThrownBy(() -> trusted(file("\"%s\": %s".formatted(block, value), MODEL)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokenizer.json")
                .hasMessageContaining(block)
                .hasMessageContaining(message)
                .hasMessageContaining("save_pretrained");
    }

    /** What Python loads and panics of, or may compute for ever: the use is refused. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "normalizer; {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"AAAAAA==\"};"
                        + " has no units",
                "normalizer; {\"type\": \"Precompiled\", \"precompiled_charsmap\":"
                        + " \"BAAAAAAEAAA=\"}; leads to unit",
                "normalizer; {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Replace\","
                        + " \"pattern\": {\"Regex\": \"^\"}, \"content\": \"x\"}, {\"type\":"
                        + " \"NFC\"}]}; must match at least one character",
                "pre_tokenizer; {\"type\": \"FixedLength\", \"length\": 0}; must be at least 1",
                "pre_tokenizer; {\"type\": \"Split\", \"pattern\": {\"Regex\": \"(a+)+b\"},"
                        + " \"behavior\": \"Isolated\", \"invert\": false}; may take for ever"
            })
    void loadsWhatCannotEncode(String block, String value, String message) throws IOException {
        try (Tokenizer tokenizer = load(file("\"%s\": %s".formatted(block, value), MODEL))) {
            assertThatThrownBy(() -> tokenizer.encode("a"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("tokenizer.json cannot be used to encode texts: " + block)
                    .hasMessageContaining(message)
                    .hasMessageContaining("save_pretrained");
            assertThat(tokenizer.decode(new long[] {1}, false)).isEqualTo("a");
        }
    }

    @Test
    void loadsWhatCannotDecode() throws IOException {
        String block =
                "\"decoder\": {\"type\": \"Replace\", \"pattern\": {\"Regex\": \"(a+)+b\"},"
                        + " \"content\": \"\"}";
        try (Tokenizer tokenizer = load(file(block, MODEL))) {
            assertThatThrownBy(() -> tokenizer.decode(new long[] {1}, false))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("cannot be used to decode ids: decoder.pattern is");
            assertThat(tokenizer.encode("a").ids()).containsExactly(1L);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"SpecialToken\": {\"id\": \"a\", \"type_id\": 0}};"
                        + " names the special token \"a\"",
                "{\"Sequence\": {\"id\": \"B\", \"type_id\": 0}}; names a second text"
            })
    void loadsTemplatesThatServeForPairsOnly(String piece, String message) throws IOException {
        String text = "{\"Sequence\": {\"id\": \"%s\", \"type_id\": 0}}";
        String block =
                ("\"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [%s, %s],"
                                + " \"pair\": [%s, %s], \"special_tokens\": {}}")
                        .formatted(
                                text.formatted("A"),
                                piece,
                                text.formatted("A"),
                                text.formatted("B"));
        EncodeOptions bare = EncodeOptions.builder().optAddSpecialTokens(false).build();
        try (Tokenizer tokenizer = load(file(block, MODEL))) {
            assertThatThrownBy(() -> tokenizer.encode("a"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("cannot be used to put special tokens around a text:")
                    .hasMessageContaining("post_processor.single[1]")
                    .hasMessageContaining(message);
            assertThat(tokenizer.encode("a", "a", EncodeOptions.DEFAULT).ids())
                    .containsExactly(1L, 1L);
            assertThat(tokenizer.encode("a", bare).ids()).containsExactly(1L);
        }
    }

    @Test
    void barsTwoTemplates() {
        String template =
                "{\"type\": \"TemplateProcessing\", \"single\": [], \"pair\": [],"
                        + " \"special_tokens\": {}}";
        String block =
                "\"post_processor\": {\"type\": \"Sequence\", \"processors\": [%s, %s]}"
                        .formatted(template, template);

        assertThatThrownBy(() -> encode(file(block, MODEL)))
                .hasMessageContaining("post_processor has more than one template");
    }

    @Test
    void barsPartsThatMakeTextsGrowWithoutEnd() {
        String part =
                "{\"type\": \"Replace\", \"pattern\": {\"String\": \"a\"}, \"content\":"
                        + " \"aaaa\"},";
        String parts = part.repeat(30);
        String block =
                "\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [%s]}"
                        .formatted(parts.substring(0, parts.length() - 1));

        assertThatThrownBy(() -> encode(file(block, MODEL)))
                .hasMessageContaining("normalizer makes texts more than 64 times as long");
    }

    @Test
    void barsAddedTokensOfWhichNothingIsLeft() {
        String block =
                "\"normalizer\": {\"type\": \"Strip\", \"strip_left\": true, \"strip_right\":"
                        + " true}, \"added_tokens\": [%s]"
                                .formatted(TOKEN.formatted(" ", false, false, true));

        assertThatThrownBy(() -> encode(file(block, MODEL)))
                .hasMessageContaining("added_tokens[0].content is \" \"")
                .hasMessageContaining("of which the normalizer leaves nothing");
    }

    @Test
    void barsSpacesThatAnotherTokenTakesAway() {
        String block =
                "\"added_tokens\": [%s, %s]"
                        .formatted(
                                TOKEN.formatted("a", false, true, false),
                                TOKEN.formatted(" ", true, false, false));

        assertThatThrownBy(() -> encode(file(block, MODEL)))
                .hasMessageContaining("added_tokens[1].content is \" \"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "[]; found a list where an object must be",
                "{\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"continuing_subword_prefix\": \"##\","
                        + " \"merges\": [[\"a\", \"a\"]]}; model.merges[0] is [\"a\",\"a\"]",
                "{\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"continuing_subword_prefix\": \"#\","
                        + " \"merges\": [\"a \u00e9\"]}; must begin with"
            })
    void refusesAModel(String model, String message) {
        assertThatThrownBy(() -> trusted(file("\"decoder\": null", model)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesTokensOfUnigramThatAreAsLongAsTheStackIsDeep() {
        String model =
                "{\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"%s\", 0.0]]}"
                        .formatted("a".repeat(5000));

        assertThatThrownBy(() -> trusted(file("\"decoder\": null", model)))
                .hasMessageContaining(
                        "model.vocab has a token of 5000 bytes, must be at most 1024");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "[]", "{\"model\": {}} x", "{\"a\"}", "{\"model\": \"x}", "{}"})
    void refusesWhatIsNoObject(String text) {
        assertThatThrownBy(() -> trusted(text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokenizer.json");
    }

    @Test
    void makesOneSequenceOfMany() throws IOException {
        String deep = "{\"type\": \"Lowercase\"}";
        for (int i = 0; i < 40; i++) {
            deep = "{\"type\": \"Sequence\", \"normalizers\": [%s]}".formatted(deep);
        }

        JsonObject mended = trusted(file("\"normalizer\": " + deep, MODEL));

        assertThat(mended.get("normalizer"))
                .isEqualTo(
                        JsonParser.parseString(
                                "{\"type\": \"Sequence\", \"normalizers\": [{\"type\":"
                                        + " \"Lowercase\"}]}"));
        assertThat(encode(file("\"normalizer\": " + deep, MODEL))).contains(1L);
    }

    @Test
    void stripsTheEndsOfTokensThatAreShorter() throws IOException {
        String block =
                "\"decoder\": {\"type\": \"Strip\", \"content\": \"a\", \"start\": 0, \"stop\": 3}";
        Files.writeString(folder.resolve("tokenizer.json"), file(block, MODEL));
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(folder)) {
            assertThat(tokenizer.decode(new long[] {0, 1, 0}, false)).isEqualTo("<unk><unk>");
        }
    }

    @Test
    void givesSpecialTokensAsManyTokensAsIds() throws IOException {
        String block =
                "\"post_processor\": {\"type\": \"TemplateProcessing\", \"single\":"
                        + " [{\"SpecialToken\": {\"id\": \"s\", \"type_id\": 0}}, {\"Sequence\":"
                        + " {\"id\": \"A\", \"type_id\": 0}}], \"pair\": [], \"special_tokens\":"
                        + " {\"s\": {\"id\": \"s\", \"ids\": [0, 0], \"tokens\": [\"s\"]}}}";

        assertThat(encode(file(block, MODEL))).containsExactly(0L, 0L, 1L);
    }

    @Test
    void leavesTruncationAndPaddingOut() throws IOException {
        String block =
                "\"truncation\": {\"max_length\": 0, \"stride\": 9, \"strategy\": 1},"
                        + " \"padding\": {\"strategy\": {\"Fixed\": 1000000000000}}";

        assertThat(trusted(file(block, MODEL)).keySet()).doesNotContain("truncation", "padding");
        assertThat(encode(file(block, MODEL))).containsExactly(1L);
    }

    /** A file of a checkpoint says the same afterwards. */
    @Test
    void changesNothingInGoodFiles() throws IOException {
        List<Path> files;
        try (Stream<Path> paths = Files.walk(Folders.resource("golden"))) {
            files = paths.filter(path -> path.endsWith("tokenizer.json")).toList();
        }
        assertThat(files).hasSizeGreaterThan(5);
        for (Path file : files) {
            String text = Files.readString(file);
            JsonObject expected = JsonParser.parseString(text).getAsJsonObject();
            expected.remove("truncation");
            expected.remove("padding");
            assertThat(trusted(text)).as(file.toString()).isEqualTo(expected);
        }
    }

    @Test
    void passesOnAModelWhereverItStands() throws IOException {
        JsonElement model = JsonParser.parseString(MODEL);
        for (String text :
                new String[] {
                    "{\"decoder\": null, \"model\": %s}",
                    " { \"decoder\" :null,\"x\":\"\\\"}\", \"model\":  %s \n } \n",
                    "{\"model\": %s, \"decoder\": null}"
                }) {
            assertThat(trusted(text.formatted(MODEL)).get("model")).isEqualTo(model);
        }
    }

    private JsonObject trusted(String json) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), json);
        TokenizerFiles files = TokenizerFiles.read(folder, Map.of());
        try (InputStream text =
                TokenizerCheck.trusted(
                                files.file().blocks(),
                                files.text().bytes(),
                                files.file().plain(),
                                files.json())
                        .open()) {
            return JsonParser.parseString(new String(text.readAllBytes(), StandardCharsets.UTF_8))
                    .getAsJsonObject();
        }
    }

    private static String file(String blocks, String model) {
        return "{\"version\": \"1.0\", %s, \"model\": %s}".formatted(blocks, model);
    }

    /** The ids of a text, by a tokenizer of a file. */
    private long[] encode(String json) throws IOException {
        try (Tokenizer tokenizer = load(json)) {
            return tokenizer.encode("a").ids();
        }
    }

    private Tokenizer load(String json) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), json);
        return Tokenizer.fromPretrained(folder);
    }
}
