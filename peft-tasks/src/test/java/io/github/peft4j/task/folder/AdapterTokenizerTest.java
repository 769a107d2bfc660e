package io.github.peft4j.task.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.task.Folders;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.PaddingStrategy;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokenizers of adapters' folders: whole ones, and settings without a vocabulary. */
class AdapterTokenizerTest {

    @TempDir Path folder;

    private Path base;
    private Path adapter;

    @BeforeEach
    void lay() throws IOException {
        base = Files.createDirectories(folder.resolve("base"));
        adapter = Files.createDirectories(folder.resolve("adapter"));
        Folders.copy(Folders.resource("golden/tokenizers/gpt2"), base);
        Files.writeString(
                base.resolve("config.json"), "{\"model_type\": \"gpt2\", \"pad_token_id\": 7}");
    }

    private static long[] ids(Tokenizer tokenizer, String text) {
        return tokenizer.encode(text).ids();
    }

    @Test
    void aWholeTokenizerKeepsWhatTheModelSays() throws IOException {
        Folders.copy(Folders.resource("golden/tokenizers/gpt2"), adapter);
        Files.writeString(
                adapter.resolve("tokenizer_config.json"),
                "{\"tokenizer_class\": \"GPT2Tokenizer\"}");

        try (Tokenizer tokenizer = AdapterTokenizer.load(base, adapter)) {
            assertThat(tokenizer.fillId()).hasValue(7);
            assertThat(
                            tokenizer
                                    .encodeAll(
                                            List.of(TextInput.of("the fox"), TextInput.of("a")),
                                            EncodeOptions.builder()
                                                    .optPadding(PaddingStrategy.LONGEST)
                                                    .build())
                                    .get(1)
                                    .ids())
                    .endsWith(7);
            assertThat(tokenizer.config().modelInputNames()).doesNotContain("token_type_ids");
        }
    }

    @Test
    void settingsWithoutAVocabularyCountOverThoseOfTheCheckpoint() throws IOException {
        Files.writeString(
                adapter.resolve("tokenizer_config.json"),
                "{\"tokenizer_class\": \"GPT2Tokenizer\", \"add_prefix_space\": true,"
                        + " \"pad_token\": \"<|pad|>\", \"model_max_length\": 5}");

        try (Tokenizer tokenizer = AdapterTokenizer.load(base, adapter);
                Tokenizer plain = Tokenizer.fromPretrained(base)) {
            assertThat(ids(tokenizer, "the fox")).isEqualTo(ids(plain, " the fox"));
            assertThat(tokenizer.fillId()).hasValue(plain.vocabSize());
            assertThat(tokenizer.vocabSize()).isEqualTo(plain.vocabSize() + 1);
            assertThat(tokenizer.config().modelMaxLength()).hasValue(5);
            assertThat(tokenizer.specialId("eos_token")).isEqualTo(plain.specialId("eos_token"));
        }
    }

    @Test
    void addedTokensWithoutAVocabularyAreAdded() throws IOException {
        int size;
        try (Tokenizer plain = Tokenizer.fromPretrained(base)) {
            size = plain.vocabSize();
        }
        Files.writeString(adapter.resolve("added_tokens.json"), "{\"<|im_start|>\": " + size + "}");
        try (Tokenizer tokenizer = AdapterTokenizer.load(base, adapter)) {
            assertThat(ids(tokenizer, "<|im_start|>")).containsExactly(size);
        }
        Files.delete(adapter.resolve("added_tokens.json"));
        Files.writeString(
                adapter.resolve("special_tokens_map.json"),
                "{\"additional_special_tokens\": [\"<ent>\"]}");
        try (Tokenizer tokenizer = AdapterTokenizer.load(base, adapter)) {
            assertThat(ids(tokenizer, "<ent>")).containsExactly(size);
            assertThat(tokenizer.decode(new long[] {size}, true)).isEmpty();
        }
    }

    @Test
    void namesTheFolderOfAWrongSetting() throws IOException {
        Path settings = adapter.resolve("tokenizer_config.json");
        Files.writeString(settings, "{\"padding_side\": 3}");
        assertThatThrownBy(() -> AdapterTokenizer.load(base, adapter))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(settings.toString())
                .hasMessageContaining("padding_side is 3");

        Files.delete(settings);
        Files.writeString(adapter.resolve("added_tokens.json"), "{\"<far>\": 5000}");
        assertThatThrownBy(() -> AdapterTokenizer.load(base, adapter))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("token \"<far>\" has the id 5000");
    }
}
