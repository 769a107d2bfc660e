package io.github.peft4j.io.checkpoint;

import java.util.List;

/** What tokenizers consist of in a checkpoint's folder; each has some of these. */
public final class TokenizerNames {

    /** Names of files, those that most tokenizers have first. */
    public static final List<String> ALL =
            List.of(
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "added_tokens.json",
                    "vocab.txt",
                    "vocab.json",
                    "merges.txt",
                    "spiece.model",
                    "spm.model",
                    "tokenizer.model",
                    "sentencepiece.bpe.model",
                    "chat_template.jinja",
                    "chat_template.json");

    private TokenizerNames() {}
}
