package io.github.peft4j.task.data;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.List;

/**
 * Pairs of texts that are encoded apart and belong together, such as definitions and words: batches
 * hold two aligned sets of columns.
 *
 * <p>The columns of the first texts have their usual names, those of the second texts the same
 * names after {@value #PREFIX}; each set is padded to its own longest row. {@link #first} and
 * {@link #second} take a batch apart.
 */
public final class TokenPairs implements BatchSource {

    /** What stands before the column names of the second texts. */
    public static final String PREFIX = "pair_";

    private final TokenDataset first;
    private final TokenDataset second;

    private TokenPairs(TokenDataset first, TokenDataset second) {
        this.first = first;
        this.second = second;
    }

    /** Tokenizes pairs, both texts with the same options. */
    public static TokenPairs of(Tokenizer tokenizer, List<TextPair> pairs, EncodeOptions options) {
        return new TokenPairs(
                TokenDataset.unlabeled(
                        tokenizer,
                        pairs.stream().map(pair -> TextInput.of(pair.first())).toList(),
                        options),
                TokenDataset.unlabeled(
                        tokenizer,
                        pairs.stream().map(pair -> TextInput.of(pair.second())).toList(),
                        options));
    }

    @Override
    public int size() {
        return first.size();
    }

    /** Tokens of both texts. */
    @Override
    public int length(int index) {
        return first.length(index) + second.length(index);
    }

    @Override
    public TokenBatch batch(int... indices) {
        ImmutableMap.Builder<String, HostArray> columns = ImmutableMap.builder();
        columns.putAll(first.batch(indices).columns());
        second.batch(indices).columns().forEach((name, c) -> columns.put(PREFIX + name, c));
        return new TokenBatch(columns.buildOrThrow(), ImmutableIntArray.copyOf(indices));
    }

    /** The first texts alone, e.g. to be embedded before or after training. */
    public TokenDataset firstTexts() {
        return first;
    }

    /** The second texts alone. */
    public TokenDataset secondTexts() {
        return second;
    }

    /** The first texts of a batch of pairs: row i belongs to row i of {@link #second}. */
    public static TokenBatch first(TokenBatch pairs) {
        ImmutableMap.Builder<String, HostArray> columns = ImmutableMap.builder();
        pairs.columns()
                .forEach(
                        (name, column) -> {
                            if (!name.startsWith(PREFIX)) {
                                columns.put(name, column);
                            }
                        });
        return new TokenBatch(columns.buildOrThrow(), pairs.indices());
    }

    /**
     * The second texts of a batch of pairs, under the usual names.
     *
     * @throws IllegalArgumentException if the batch holds no pairs
     */
    public static TokenBatch second(TokenBatch pairs) {
        ImmutableMap.Builder<String, HostArray> columns = ImmutableMap.builder();
        pairs.columns()
                .forEach(
                        (name, column) -> {
                            if (name.startsWith(PREFIX)) {
                                columns.put(name.substring(PREFIX.length()), column);
                            }
                        });
        return new TokenBatch(columns.buildOrThrow(), pairs.indices());
    }
}
