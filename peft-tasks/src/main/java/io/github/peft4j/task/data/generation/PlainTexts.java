package io.github.peft4j.task.data.generation;

import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.List;

/** Turns texts into rows for a causal model: a row a text, every token is learned. */
public final class PlainTexts {

    private PlainTexts() {}

    /**
     * The dataset of some texts: int64 labels [B, S] are the tokens, {@code -100} on padding. Rows
     * hold what the tokenizer gives, special tokens included; no end token is added.
     *
     * @param options truncation and special tokens; padding and windows are refused
     */
    public static TokenDataset of(Tokenizer tokenizer, List<String> texts, EncodeOptions options) {
        TokenDataset.Builder dataset = TokenDataset.builder(tokenizer, options.requireOneRowEach());
        tokenizer.encodeEach(texts.stream().map(TextInput::of).toList(), options, dataset::add);
        return dataset.optTokensAsLabels().build();
    }
}
