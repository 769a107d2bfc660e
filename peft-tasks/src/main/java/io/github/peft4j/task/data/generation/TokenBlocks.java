package io.github.peft4j.task.data.generation;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Texts joined to one stream of tokens and cut into blocks of equal length, for causal models: no
 * padding, and every token is learned.
 *
 * <p>The end token stands between two texts, before the first and after the last one. For training
 * each epoch is cut at another place, which depends on (seed, epoch) alone; every epoch has as many
 * blocks as the worst cut leaves. For evaluation the cut is at the start. What does not fill a
 * block is left out. Costs four bytes a token.
 */
public final class TokenBlocks implements BatchSource {

    private final ImmutableIntArray ids;
    private final int blockLength;
    private final int offset;
    private final int count;
    private final Cut cut;

    /** Where the first block of an epoch starts. */
    private interface Cut {
        int offset(int epoch);
    }

    private TokenBlocks(ImmutableIntArray ids, int blockLength, int count, Cut cut, int epoch) {
        this.ids = ids;
        this.blockLength = blockLength;
        this.count = count;
        this.cut = cut;
        this.offset = cut.offset(epoch);
    }

    /**
     * Blocks that start at a random place in each epoch.
     *
     * @param texts read once, from first to last
     * @param blockLength tokens a block
     * @param seed of the places
     */
    public static TokenBlocks training(
            Tokenizer tokenizer, Iterable<String> texts, int blockLength, long seed) {
        ImmutableIntArray ids = stream(tokenizer, texts);
        int needed = Math.max(1, 2 * blockLength - 1);
        requireLength(ids, blockLength, needed);
        long start = new SplittableRandom(~seed).nextLong();
        return new TokenBlocks(
                ids,
                blockLength,
                (ids.length() - blockLength + 1) / blockLength,
                epoch -> new SplittableRandom(start + epoch).nextInt(blockLength),
                0);
    }

    /** Blocks one after the other from the first token on. */
    public static TokenBlocks evaluation(
            Tokenizer tokenizer, Iterable<String> texts, int blockLength) {
        ImmutableIntArray ids = stream(tokenizer, texts);
        requireLength(ids, blockLength, blockLength);
        return new TokenBlocks(ids, blockLength, ids.length() / blockLength, epoch -> 0, 0);
    }

    private static ImmutableIntArray stream(Tokenizer tokenizer, Iterable<String> texts) {
        int end = tokenizer.eosId();
        ImmutableIntArray.Builder ids = ImmutableIntArray.builder();
        ids.add(end);
        tokenizer.encodeEach(
                Iterables.transform(texts, TextInput::of),
                EncodeOptions.builder().optAddSpecialTokens(false).build(),
                row -> {
                    ids.addAll(IntStream.range(0, row.length()).map(row::id));
                    ids.add(end);
                });
        return ids.build();
    }

    private static void requireLength(ImmutableIntArray ids, int blockLength, int needed) {
        if (blockLength < 2 || ids.length() < needed) {
            throw new IllegalArgumentException(
                    ("%d tokens give no block of %d. Give blocks of at least 2 tokens and texts"
                                    + " of at least %d.")
                            .formatted(ids.length(), blockLength, needed));
        }
    }

    /** Tokens of all texts with the end tokens between them. */
    public int tokenCount() {
        return ids.length();
    }

    @Override
    public int size() {
        return count;
    }

    @Override
    public int length(int index) {
        return blockLength;
    }

    @Override
    public TokenBlocks inEpoch(int epoch) {
        return new TokenBlocks(ids, blockLength, count, cut, epoch);
    }

    @Override
    public TokenBatch batch(int... indices) {
        Shape shape = new Shape(indices.length, blockLength);
        long[] batch = new long[Math.multiplyExact(indices.length, blockLength)];
        for (int i = 0; i < batch.length; i++) {
            int block = indices[i / blockLength];
            batch[i] = ids.get(offset + block * blockLength + i % blockLength);
        }
        long[] mask = new long[batch.length];
        Arrays.fill(mask, 1);
        HostArray tokens = new HostArray.Int64(batch, shape);
        return new TokenBatch(
                ImmutableMap.of(
                        ModelInput.INPUT_IDS, tokens,
                        ModelInput.ATTENTION_MASK, new HostArray.Int64(mask, shape),
                        ModelInput.LABELS, tokens),
                ImmutableIntArray.copyOf(indices));
    }
}
