package io.github.peft4j.task.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {

    private static final String BOATS = "The boats leave the quay.";

    @TempDir private Path directory;
    private Tokenizer bert;

    @BeforeEach
    void load() throws IOException {
        bert = GoldenTokenizers.load("bert");
    }

    @AfterEach
    void close() {
        bert.close();
    }

    /** The files of a golden tokenizer with another value in tokenizer.json. */
    private void copy(String name, String key, String value) throws IOException {
        Path source = GoldenTokenizers.directory(name);
        JsonObject json = object(source.resolve("tokenizer.json"));
        json.add(key, JsonParser.parseString(value));
        Files.writeString(directory.resolve("tokenizer.json"), json.toString());
        Files.copy(
                source.resolve("tokenizer_config.json"),
                directory.resolve("tokenizer_config.json"));
    }

    private void configure(String key, String value) throws IOException {
        Path file = directory.resolve("tokenizer_config.json");
        JsonObject json = object(file);
        json.add(key, value.isEmpty() ? JsonNull.INSTANCE : JsonParser.parseString(value));
        Files.writeString(file, json.toString());
    }

    private static JsonObject object(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    @Test
    void doesNotCutOrPadAsTokenizerJsonSays() throws IOException {
        copy(
                "bert",
                "truncation",
                "{\"direction\":\"Right\",\"max_length\":4,\"strategy\":\"LongestFirst\",\"stride\":0}");
        Path file = directory.resolve("tokenizer.json");
        JsonObject json = object(file);
        json.add(
                "padding",
                JsonParser.parseString(
                        "{\"strategy\":{\"Fixed\":128},\"direction\":\"Right\",\"pad_to_multiple_of\":null,"
                                + "\"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"[PAD]\"}"));
        Files.writeString(file, json.toString());

        try (Tokenizer tokenizer = Tokenizer.fromPretrained(directory)) {
            assertThat(tokenizer.encode(BOATS)).isEqualTo(bert.encode(BOATS));
        }
    }

    @Test
    void takesThePadTokenFromThePaddingBlockWithoutAConfig() throws IOException {
        copy(
                "bert",
                "padding",
                "{\"strategy\":\"BatchLongest\",\"direction\":\"Right\",\"pad_to_multiple_of\":null,"
                        + "\"pad_id\":4,\"pad_type_id\":0,\"pad_token\":\"[MASK]\"}");
        Files.delete(directory.resolve("tokenizer_config.json"));

        try (Tokenizer tokenizer = Tokenizer.fromPretrained(directory)) {
            assertThat(tokenizer.padId()).isEqualTo(4);
            assertThat(tokenizer.config().modelMaxLength()).isEmpty();
            assertThat(tokenizer.config().modelInputNames()).contains("token_type_ids");
        }
    }

    @Test
    void readsTokensOfOlderCheckpoints() throws IOException {
        copy("bert", "version", "\"1.0\"");
        configure("pad_token", "");
        configure("cls_token", "{\"content\":\"[CLS]\",\"lstrip\":false}");
        configure("additional_special_tokens", "[\"the\"]");
        Files.writeString(
                directory.resolve("special_tokens_map.json"), "{\"pad_token\":\"[MASK]\"}");

        try (Tokenizer tokenizer = Tokenizer.fromPretrained(directory)) {
            assertThat(tokenizer.padId()).isEqualTo(4);
            assertThat(tokenizer.specialId("cls_token")).hasValue(2);
            assertThat(tokenizer.specialId("bos_token")).isEmpty();
            assertThat(tokenizer.allSpecialIds()).containsExactly(1, 2, 3, 4, 91);
        }
    }

    @Test
    void cutsNoLongText() {
        String text = "the boat ".repeat(100_000);

        Encoding encoding = bert.encode(text);

        assertThat(encoding.length()).isEqualTo(200_002);
        assertThat(encoding.tokens().get(200_000).chars())
                .isEqualTo(new Span(text.length() - 5, text.length() - 1));
    }

    @Test
    void givesSpecialTokensAloneForBlankTexts() {
        for (String blank : List.of("", " ", "\n\t\u00A0")) {
            assertThat(bert.encode(blank).ids()).containsExactly(2, 3);
        }
        EncodeOptions plain = EncodeOptions.builder().optAddSpecialTokens(false).build();
        assertThat(bert.encode("", plain).length()).isZero();
        assertThat(bert.encode(TextInput.words(List.of()), EncodeOptions.DEFAULT).ids())
                .containsExactly(2, 3);
    }

    @Test
    void readsALoneSurrogateAsTheReplacementCharacter() throws IOException {
        try (Tokenizer gpt2 = GoldenTokenizers.load("gpt2")) {
            Encoding lone = gpt2.encode("a\uD83D b 🙂\uDE42 c");
            Encoding replaced = gpt2.encode("a\uFFFD b 🙂\uFFFD c");

            assertThat(lone).isEqualTo(replaced);
            assertThat(lone.tokens().get(lone.length() - 1).chars().end()).isEqualTo(10);
        }
    }

    @Test
    void keepsAnEmptyPairOnlyWhenAskedForAPair() {
        assertThat(bert.encode("boat", "", EncodeOptions.DEFAULT).ids()).containsExactly(2, 174, 3);
        assertThat(bert.encode(TextInput.pair("boat", ""), EncodeOptions.DEFAULT).ids())
                .containsExactly(2, 174, 3, 3);
    }

    @Test
    void findsTokensByTheirSpelling() {
        assertThat(bert.tokenToId("##s")).hasValue(80);
        assertThat(bert.tokenToId("quay")).isEmpty();
    }

    @Test
    void encodesTheSameFromManyThreads() throws Exception {
        List<TextInput> inputs =
                IntStream.range(0, 300)
                        .mapToObj(i -> TextInput.of(BOATS + " 🙂".repeat(i % 7) + " boat " + i))
                        .toList();
        List<Encoding> serial =
                IntStream.range(0, inputs.size())
                        .mapToObj(
                                i ->
                                        new Encoding(
                                                i,
                                                bert.encode(inputs.get(i), EncodeOptions.DEFAULT)
                                                        .tokens()))
                        .toList();
        Callable<List<Encoding>> call = () -> bert.encodeAll(inputs, EncodeOptions.DEFAULT);

        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (Future<List<Encoding>> done : threads.invokeAll(Collections.nCopies(6, call))) {
                assertThat(done.get()).isEqualTo(serial);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void refusesToEncodeWhenClosed() {
        bert.close();
        bert.close();

        assertThatIllegalStateException()
                .isThrownBy(() -> bert.encode(BOATS))
                .withMessageContaining("closed");
    }

    @Test
    void refusesWhatNoTruncationCanDo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bert.encode(BOATS, EncodeOptions.truncatedTo(1)))
                .withMessageContaining("maxLength 1 leaves no room for the 2 special tokens");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                bert.encode(
                                        BOATS,
                                        EncodeOptions.truncatedTo(4).toBuilder()
                                                .optTruncation(TruncationStrategy.ONLY_SECOND)
                                                .build()))
                .withMessageContaining("the second text, which has only 0");
        EncodeOptions windows =
                EncodeOptions.truncatedTo(6).toBuilder()
                        .optOverflowWindows(true)
                        .optStride(4)
                        .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bert.encodeAll(List.of(TextInput.of(BOATS)), windows))
                .withMessageContaining("not more than stride 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bert.encode(BOATS, windows))
                .withMessageContaining("Use encodeAll");
    }

    @Test
    void cutsDownToTheSpecialTokens() {
        assertThat(bert.encode(BOATS, EncodeOptions.truncatedTo(2)).ids()).containsExactly(2, 3);
    }

    @Test
    void refusesToTruncateToAnUnknownLength() throws IOException {
        copy("bert", "version", "\"1.0\"");
        configure("model_max_length", "1000000000000000019884624838656");
        EncodeOptions truncate =
                EncodeOptions.builder().optTruncation(TruncationStrategy.LONGEST_FIRST).build();

        try (Tokenizer tokenizer = Tokenizer.fromPretrained(directory)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tokenizer.encode(BOATS, truncate))
                    .withMessageContaining("Set optMaxLength");
        }
    }

    @Test
    void refusesToPadWithoutAPadToken() throws IOException {
        copy("bert", "version", "\"1.0\"");
        configure("pad_token", "");

        try (Tokenizer tokenizer = Tokenizer.fromPretrained(directory)) {
            assertThatIllegalStateException()
                    .isThrownBy(tokenizer::padId)
                    .withMessageContaining("pad_token (null)")
                    .withMessageContaining("Set pad_token");
        }
        configure("pad_token", "\"<none>\"");
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(directory)) {
            assertThat(tokenizer.padId()).isEqualTo(bert.vocabSize()); // added, as in Python
        }
    }

    @Test
    void refusesLabelsAsIds() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bert.decode(new long[] {91, -100}, true))
                .withMessageContaining("-100");
        assertThat(bert.decode(new long[] {91, 100_000, 174}, true)).isEqualTo("the boat");
    }

    @Test
    void namesTheFileThatCannotBeRead() throws IOException {
        assertThatThrownBy(() -> Tokenizer.fromPretrained(directory))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("tokenizer.json does not exist");

        copy("bert", "version", "\"1.0\"");
        configure("padding_side", "\"up\"");
        assertThatThrownBy(() -> Tokenizer.fromPretrained(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokenizer_config.json")
                .hasMessageContaining("padding_side is \"up\". It must be \"left\" or \"right\".");

        Files.writeString(directory.resolve("tokenizer_config.json"), "[]");
        assertThatThrownBy(() -> Tokenizer.fromPretrained(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokenizer_config.json is not a JSON object");
    }

    @Test
    void refusesABrokenTokenizerJson() throws IOException {
        for (String broken :
                List.of(
                        "",
                        "{",
                        "[]",
                        "{\"added_tokens\":[{}]}",
                        "{\"model\":{\"type\":\"Nothing\"}}")) {
            Files.writeString(directory.resolve("tokenizer.json"), broken);

            assertThatThrownBy(() -> Tokenizer.fromPretrained(directory))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("tokenizer.json")
                    .hasMessageContaining("save_pretrained");
        }
    }
}
