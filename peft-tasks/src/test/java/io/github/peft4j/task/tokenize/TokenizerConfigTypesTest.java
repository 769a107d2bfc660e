package io.github.peft4j.task.tokenize;

import io.github.peft4j.task.Folders;
import io.github.peft4j.task.OddValues;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of another type in the files around tokenizer.json, under each key that is read. */
class TokenizerConfigTypesTest {

    private static final Set<String> TOKENS =
            Set.of(
                    "bos_token",
                    "eos_token",
                    "unk_token",
                    "sep_token",
                    "pad_token",
                    "cls_token",
                    "mask_token",
                    "extra_special_tokens",
                    "additional_special_tokens");

    private static final Set<String> MORE =
            Set.of(
                    "added_tokens_decoder",
                    "do_lower_case",
                    "strip_accents",
                    "tokenize_chinese_chars",
                    "add_prefix_space",
                    "trim_offsets",
                    "legacy",
                    "split_by_punct",
                    "add_bos_token",
                    "add_eos_token",
                    "truncation_side",
                    "pad_token_type_id",
                    "chat_template",
                    "extra_ids");

    @TempDir Path folder;

    private void load() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(folder)) {
            tokenizer.encode("a b <x>").ids();
            tokenizer.decode(new long[] {1, 2, 3}, true);
            tokenizer.allSpecialIds();
            tokenizer.fillId();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "deberta", "gemma", "gpt2", "llama", "qwen2", "roberta", "t5"})
    void loadsOrNamesTheKey(String tokenizer) throws IOException {
        Folders.copy(Folders.resource("golden/tokenizers/" + tokenizer), folder);

        OddValues.tryAll(folder.resolve("tokenizer_config.json"), TOKENS, this::load);
        OddValues.tryAll(folder.resolve("tokenizer_config.json"), MORE, this::load);
        OddValues.tryAll(folder.resolve("special_tokens_map.json"), TOKENS, this::load);
        OddValues.tryAll(folder.resolve("added_tokens.json"), Set.of("<new>"), this::load);
        OddValues.tryAll(
                folder.resolve("config.json"),
                Set.of("model_type", "tokenizer_class", "pad_token_id"),
                this::load);
    }
}
