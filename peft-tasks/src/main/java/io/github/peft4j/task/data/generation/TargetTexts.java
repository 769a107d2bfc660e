package io.github.peft4j.task.data.generation;

import io.github.peft4j.task.data.RaggedInts;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.List;
import java.util.stream.IntStream;

/** Turns inputs and their targets into rows for an encoder-decoder. */
public final class TargetTexts {

    private TargetTexts() {}

    /**
     * The dataset of some pairs of input and target: labels int64 [B, T] are the tokens of the
     * targets with the end token that the tokenizer's template puts after them, {@code -100} on
     * padding.
     *
     * @param input truncation and special tokens of the inputs; padding and windows are refused
     * @param target as {@code input}, of the targets
     */
    public static TokenDataset of(
            Tokenizer tokenizer, List<TextPair> pairs, EncodeOptions input, EncodeOptions target) {
        TokenDataset.Builder dataset = TokenDataset.builder(tokenizer, input.requireOneRowEach());
        RaggedInts.Builder targets = RaggedInts.builder();
        tokenizer.encodeEach(
                pairs.stream().map(pair -> TextInput.of(pair.first())).toList(),
                input,
                dataset::add);
        tokenizer.encodeEach(
                pairs.stream().map(pair -> TextInput.of(pair.second())).toList(),
                target.requireOneRowEach(),
                row -> targets.add(IntStream.range(0, row.length()).map(row::id).toArray()));
        return dataset.optTargets(targets.build()).build();
    }
}
