package io.github.peft4j.task.data.generation;

import com.google.common.collect.ImmutableList;
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
    private final Token end;
    private final TokenDataset.Builder dataset;
    private final RaggedInts.Builder labels = RaggedInts.builder();
    private Encoding prompt = new Encoding(0, ImmutableList.of());

    private Completions(Tokenizer tokenizer, List<TextPair> pairs, EncodeOptions options) {
        this.pairs = pairs;
        this.maxLength = tokenizer.longestRow(options).orElse(Integer.MAX_VALUE);
        this.cut = tokenizer.truncationSide(options);
        this.dataset = TokenDataset.builder(tokenizer, options.requireOneRowEach());
        String text = tokenizer.config().specialTokens().getOrDefault("eos_token", "");
        this.end = new Token(tokenizer.eosId(), text, 0, Token.Kind.SPECIAL, null);
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
        List<Token> start = withoutEnd(prompt.tokens());
        List<Token> text = withoutEnd(row.tokens());
        requireApart(number, start, text);
        ImmutableList<Token> all = ImmutableList.<Token>builder().addAll(text).add(end).build();
        int[] tokenLabels = all.stream().mapToInt(Token::id).toArray();
        Arrays.fill(tokenLabels, 0, start.size(), TokenDataset.IGNORED);
        int from = 0;
        int to = Math.min(all.size(), maxLength);
        int kept = 0;
        if (cut == Side.LEFT && all.size() > maxLength) {
            kept = Math.min(specialTokensAhead(all), maxLength - 1);
            from = all.size() - maxLength + kept;
            to = all.size();
        }
        requireLearned(number, tokenLabels, from, to);
        dataset.add(
                new Encoding(
                        number,
                        ImmutableList.<Token>builder()
                                .addAll(all.subList(0, kept))
                                .addAll(all.subList(from, to))
                                .build()));
        int[] keptLabels = new int[kept + to - from];
        System.arraycopy(tokenLabels, 0, keptLabels, 0, kept);
        System.arraycopy(tokenLabels, from, keptLabels, kept, to - from);
        labels.add(keptLabels);
    }

    /** The row without what the tokenizer's template puts after a text. */
    private static List<Token> withoutEnd(List<Token> row) {
        int end = row.size();
        while (end > 0 && row.get(end - 1).kind() == Token.Kind.SPECIAL) {
            end--;
        }
        int ahead = specialTokensAhead(row);
        return row.subList(0, Math.max(end, ahead == row.size() ? 0 : ahead));
    }

    private static int specialTokensAhead(List<Token> row) {
        int count = 0;
        while (count < row.size() && row.get(count).kind() == Token.Kind.SPECIAL) {
            count++;
        }
        return count;
    }

    private void requireApart(int number, List<Token> start, List<Token> text) {
        boolean same = start.size() < text.size();
        for (int i = 0; same && i < start.size(); i++) {
            same = start.get(i).id() == text.get(i).id();
        }
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
