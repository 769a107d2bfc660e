package io.github.peft4j.task.train;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Rows of random tokens whose class, one of three, is that of their second token. */
final class ToyTokens implements BatchSource {

    private static final int CLASSES = 3;

    private final long[][] rows;
    private final long[] labels;

    private ToyTokens(long[][] rows, long[] labels) {
        this.rows = rows;
        this.labels = labels;
    }

    /** Rows of 4 to 12 tokens. */
    static ToyTokens of(int size, long seed) {
        return of(size, seed, 4, 12);
    }

    /** Rows of a range of lengths. */
    static ToyTokens of(int size, long seed, int shortest, int longest) {
        SplittableRandom random = new SplittableRandom(seed);
        long[][] rows = new long[size][];
        long[] labels = new long[size];
        for (int i = 0; i < size; i++) {
            rows[i] = random.longs(random.nextInt(shortest, longest + 1), 10, 180).toArray();
            labels[i] = i % CLASSES;
            rows[i][1] = 100 + labels[i];
        }
        return new ToyTokens(rows, labels);
    }

    /** The same rows with one token changed. */
    ToyTokens withOtherToken() {
        long[][] copy = Arrays.stream(rows).map(long[]::clone).toArray(long[][]::new);
        copy[rows.length - 1][2]++;
        return new ToyTokens(copy, labels);
    }

    @Override
    public int size() {
        return rows.length;
    }

    @Override
    public int length(int index) {
        return rows[index].length;
    }

    int label(int index) {
        return (int) labels[index];
    }

    @Override
    public TokenBatch batch(int... indices) {
        int width = Arrays.stream(indices).map(this::length).max().orElse(0);
        long[] ids = new long[indices.length * width];
        long[] mask = new long[ids.length];
        long[] classes = new long[indices.length];
        for (int i = 0; i < indices.length; i++) {
            long[] row = rows[indices[i]];
            System.arraycopy(row, 0, ids, i * width, row.length);
            Arrays.fill(mask, i * width, i * width + row.length, 1);
            classes[i] = labels[indices[i]];
        }
        Shape shape = new Shape(indices.length, width);
        return new TokenBatch(
                ImmutableMap.of(
                        ModelInput.INPUT_IDS, new HostArray.Int64(ids, shape),
                        ModelInput.ATTENTION_MASK, new HostArray.Int64(mask, shape),
                        ModelInput.LABELS, new HostArray.Int64(classes, new Shape(classes.length))),
                ImmutableIntArray.copyOf(indices));
    }
}
