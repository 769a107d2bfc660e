package io.github.peft4j.task.train.frozen;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Rows of random tokens with the labels that a task has, padded on one side. */
record LabelledRows(TaskType task, List<long[]> rows, boolean left) implements BatchSource {

    private static final int TARGETS = 3;

    /** Rows of 4 to 12 tokens, padded on the right. */
    static LabelledRows of(TaskType task, int size, long seed) {
        return of(task, size, seed, 4, 12);
    }

    /** Rows of a range of lengths. */
    static LabelledRows of(TaskType task, int size, long seed, int shortest, int longest) {
        SplittableRandom random = new SplittableRandom(seed);
        List<long[]> rows = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            rows.add(random.longs(random.nextInt(shortest, longest + 1), 5, 38).toArray());
        }
        return new LabelledRows(task, rows, false);
    }

    /** The same rows, padded on the left. */
    LabelledRows paddedLeft() {
        return new LabelledRows(task, rows, true);
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public int length(int index) {
        return rows.get(index).length;
    }

    @Override
    public TokenBatch batch(int... indices) {
        int count = indices.length;
        int width = Arrays.stream(indices).map(this::length).max().orElse(0);
        long[] ids = new long[count * width];
        long[] mask = new long[count * width];
        long[] tokens = new long[count * width];
        Arrays.fill(tokens, -100);
        for (int i = 0; i < count; i++) {
            long[] row = rows.get(indices[i]);
            int start = i * width + (left ? width - row.length : 0);
            System.arraycopy(row, 0, ids, start, row.length);
            Arrays.fill(mask, start, start + row.length, 1);
            System.arraycopy(row, 0, tokens, start, row.length);
        }
        Shape shape = new Shape(count, width);
        return new TokenBatch(
                ImmutableMap.of(
                        ModelInput.INPUT_IDS, new HostArray.Int64(ids, shape),
                        ModelInput.ATTENTION_MASK, new HostArray.Int64(mask, shape),
                        ModelInput.LABELS, labels(indices, tokens, shape)),
                ImmutableIntArray.copyOf(indices));
    }

    private HostArray labels(int[] indices, long[] tokens, Shape shape) {
        return switch (task) {
            case CAUSAL_LM -> new HostArray.Int64(tokens, shape);
            case TOKEN_CLS ->
                    new HostArray.Int64(
                            Arrays.stream(tokens).map(id -> id < 0 ? id : id % 2).toArray(), shape);
            case SEQ_2_SEQ_LM ->
                    new HostArray.Int64(
                            Arrays.stream(indices)
                                    .mapToObj(index -> Arrays.stream(rows.get(index), 0, TARGETS))
                                    .flatMapToLong(row -> row)
                                    .toArray(),
                            new Shape(indices.length, TARGETS));
            default ->
                    new HostArray.Int64(
                            Arrays.stream(indices)
                                    .mapToLong(index -> rows.get(index)[0] % 2)
                                    .toArray(),
                            new Shape(indices.length));
        };
    }
}
