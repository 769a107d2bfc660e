package io.github.peft4j.task.train;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of tokens with labels for a head, not all of which count. Rows of questions are equally
 * long: as in Hugging Face, an answer may stand in the padding of its batch.
 */
record LabelledTokens(Kind kind, long pad, List<long[]> ids) implements BatchSource {

    /** What a head learns from. */
    enum Kind {
        CLASS,
        NUMBER,
        CLASSES,
        TAGS,
        SPAN,
        TOKENS
    }

    static LabelledTokens of(Kind kind, long pad) {
        ImmutableList.Builder<long[]> rows = ImmutableList.builder();
        for (int each : new int[] {3, 9, 5, 12, 4, 7}) {
            int length = kind == Kind.SPAN ? 9 : each;
            long[] row = new long[length];
            Arrays.setAll(row, i -> 5 + (long) (31 * i + 17 * each + i * i) % 80);
            row[length - 1] = 2;
            rows.add(row);
        }
        return new LabelledTokens(kind, pad, rows.build());
    }

    @Override
    public int size() {
        return ids.size();
    }

    @Override
    public int length(int index) {
        return ids.get(index).length;
    }

    @Override
    public TokenBatch batch(int... indices) {
        int width = Arrays.stream(indices).map(this::length).max().orElse(0);
        long[] tokens = new long[indices.length * width];
        long[] mask = new long[tokens.length];
        long[] same = new long[tokens.length];
        Arrays.fill(same, -100);
        Arrays.fill(tokens, pad);
        for (int row = 0; row < indices.length; row++) {
            long[] own = ids.get(indices[row]);
            System.arraycopy(own, 0, tokens, row * width, own.length);
            Arrays.fill(mask, row * width, row * width + own.length, 1);
            for (int i = indices[row] % 3; i < own.length; i++) {
                same[row * width + i] = kind == Kind.TAGS ? own[i] % 3 : own[i];
            }
        }
        Shape shape = new Shape(indices.length, width);
        ImmutableMap.Builder<String, HostArray> columns = ImmutableMap.builder();
        columns.put(ModelInput.INPUT_IDS, new HostArray.Int64(tokens, shape));
        columns.put(ModelInput.ATTENTION_MASK, new HostArray.Int64(mask, shape));
        Shape rows = new Shape(indices.length);
        long[] first = Arrays.stream(indices).mapToLong(i -> i % 3).toArray();
        switch (kind) {
            case CLASS -> {
                long[] classes =
                        Arrays.stream(indices).mapToLong(i -> i == 1 ? -100 : i % 3).toArray();
                columns.put(ModelInput.LABELS, new HostArray.Int64(classes, rows));
            }
            case NUMBER -> {
                float[] targets = new float[indices.length];
                for (int i = 0; i < targets.length; i++) {
                    targets[i] = indices[i] - 2.5f;
                }
                columns.put(ModelInput.LABELS, new HostArray.Float32(targets, rows));
            }
            case CLASSES -> {
                float[] flags = new float[4 * indices.length];
                for (int i = 0; i < flags.length; i++) {
                    flags[i] = (indices[i / 4] + i % 4) % 2;
                }
                Shape all = new Shape(indices.length, 4);
                columns.put(ModelInput.LABELS, new HostArray.Float32(flags, all));
            }
            case SPAN -> {
                columns.put(ModelInput.START_POSITIONS, new HostArray.Int64(first, rows));
                long[] last = Arrays.stream(first).map(i -> i == 0 ? 0 : 2).toArray();
                columns.put(ModelInput.END_POSITIONS, new HostArray.Int64(last, rows));
            }
            case TAGS, TOKENS -> columns.put(ModelInput.LABELS, new HostArray.Int64(same, shape));
        }
        return new TokenBatch(columns.buildOrThrow(), ImmutableIntArray.copyOf(indices));
    }
}
