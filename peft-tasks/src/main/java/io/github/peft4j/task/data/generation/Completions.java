package io.github.peft4j.task.data.generation;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import io.github.peft4j.task.data.RaggedInts;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Token;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Turns prompts and their completions into rows for a causal model that learns the completions
 * alone: labels int64 [B, S] are {@code -100} on the prompt and on padding.
 *
 * <p>Prompt and completion are one text to the tokenizer, and the row begins with the very tokens
 * of the prompt alone, which are what the model sees when it generates: a pair whose texts share a
 * token is refused. The end token follows the completion, so that the model learns to stop.
 */
public final class Completions {

    private static final int SHOWN = 20;

    private final List<TextPair> pairs;
    private final int maxLength;
    private final Side cut;
    private final int end;
    private final TokenDataset.Builder dataset;
    private final RaggedInts.Builder labels = RaggedInts.builder();
    private Encoding prompt = new Encoding(0, ImmutableList.of());

    private Completions(Tokenizer tokenizer, List<TextPair> pairs, EncodeOptions options) {
        this.pairs = pairs;
        this.maxLength = tokenizer.longestRow(options).orElse(Integer.MAX_VALUE);
        this.cut = tokenizer.truncationSide(options);
        this.dataset = TokenDataset.builder(tokenizer, options.requireOneRowEach());
        this.end = tokenizer.eosId();
    }

    /**
     * The dataset of some pairs of prompt and completion.
     *
     * @param options special tokens and truncation: rows that are too long lose the end of the
     *     completion, or with {@code optTruncationSide(LEFT)} the beginning of the prompt; padding
     *     and windows are refused
     * @throws IllegalArgumentException that names the pair, if prompt and completion share a token
     *     or truncation leaves nothing of the completion
     */
    public static TokenDataset of(
            Tokenizer tokenizer, List<TextPair> pairs, EncodeOptions options) {
        Completions rows = new Completions(tokenizer, pairs, options);
        EncodeOptions whole =
                EncodeOptions.builder().optAddSpecialTokens(options.addSpecialTokens()).build();
        tokenizer.encodeEach(
                pairs.stream()
                        .flatMap(pair -> Stream.of(pair.first(), pair.first() + pair.second()))
                        .map(TextInput::of)
                        .toList(),
                whole,
                rows::add);
        return rows.dataset.optTokenLabels(rows.labels.build(), Integer.MAX_VALUE).build();
    }

    /** Takes a prompt, then the same prompt with its completion, and so on. */
    private void add(Encoding row) {
        if (row.sample() % 2 == 0) {
            prompt = row;
            return;
        }
        int number = row.sample() / 2;
        int start = lengthWithoutEnd(prompt);
        int text = lengthWithoutEnd(row);
        requireApart(number, prompt, start, row, text);
        int[] ids = IntStream.concat(ids(row, text), IntStream.of(end)).toArray();
        int[] typeIds =
                Arrays.copyOf(IntStream.range(0, text).map(row::typeId).toArray(), text + 1);
        int[] tokenLabels = ids.clone();
        Arrays.fill(tokenLabels, 0, start, TokenDataset.IGNORED);
        int from = 0;
        int to = Math.min(ids.length, maxLength);
        int kept = 0;
        if (cut == Side.LEFT && ids.length > maxLength) {
            // The end token stands alone where the text is empty.
            kept = Math.min(text == 0 ? 1 : specialTokensAhead(row), maxLength - 1);
            from = ids.length - maxLength + kept;
            to = ids.length;
        }
        requireLearned(number, tokenLabels, from, to);
        dataset.add(joined(ids, kept, from, to), joined(typeIds, kept, from, to));
        labels.add(joined(tokenLabels, kept, from, to));
    }

    private static IntStream ids(Encoding row, int length) {
        return IntStream.range(0, length).map(row::id);
    }

    /** The first numbers, and those of a range. */
    private static int[] joined(int[] numbers, int first, int from, int to) {
        return Ints.concat(Arrays.copyOf(numbers, first), Arrays.copyOfRange(numbers, from, to));
    }

    /** Tokens of a row without what the tokenizer's template puts after a text. */
    private static int lengthWithoutEnd(Encoding row) {
        int length = row.length();
        while (length > 0 && row.kind(length - 1) == Token.Kind.SPECIAL) {
            length--;
        }
        return length;
    }

    private static int specialTokensAhead(Encoding row) {
        int count = 0;
        while (count < row.length() && row.kind(count) == Token.Kind.SPECIAL) {
            count++;
        }
        return count;
    }

    private void requireApart(int number, Encoding head, int start, Encoding row, int text) {
        boolean same =
                start < text
                        && Arrays.equals(ids(head, start).toArray(), ids(row, start).toArray());
        if (!same) {
            String first = pairs.get(number).first();
            String second = pairs.get(number).second();
            throw new IllegalArgumentException(
                    ("Pair %d: the end of the prompt '%s' and the completion '%s' share a token."
                                    + " Move white space from the end of the prompt to the"
                                    + " beginning of the completion, or end the prompt with a"
                                    + " sign.")
                            .formatted(
                                    number,
                                    first.substring(Math.max(0, first.length() - SHOWN)),
                                    second.substring(0, Math.min(SHOWN, second.length()))));
        }
    }

    private void requireLearned(int number, int[] tokenLabels, int from, int to) {
        if (Arrays.stream(tokenLabels, from, to).allMatch(id -> id == TokenDataset.IGNORED)) {
            throw new IllegalArgumentException(
                    ("Pair %d: maxLength %d leaves no token of the completion. Raise it, cut"
                                    + " prompts with optTruncationSide(LEFT) or leave the pair"
                                    + " out.")
                            .formatted(number, maxLength));
        }
    }
}
