package io.github.peft4j.cli.inspect;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Token ids with made-up labels. What a training takes depends on how long the rows are, and not on
 * what they say.
 */
final class UnlabelledRows implements BatchSource {

    private static final long SEED = 0;

    private final List<long[]> rows;
    private final TaskType task;
    private final boolean regression;

    private UnlabelledRows(List<long[]> rows, TransformerModel base, TaskType task) {
        this.rows = rows;
        this.task = task;
        regression = base.labels().size() == 1;
    }

    /** The lines of a file, a text each, as the checkpoint's tokenizer cuts them. */
    static UnlabelledRows ofLines(
            Path file, EncodeOptions options, Path checkpoint, TransformerModel base, TaskType task)
            throws IOException {
        List<long[]> rows = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint)) {
            for (String line : Files.readAllLines(file)) {
                Encoding tokens = tokenizer.encode(line, options);
                long[] ids = new long[tokens.length()];
                Arrays.setAll(ids, tokens::id);
                if (ids.length > 0 && !line.isBlank()) {
                    rows.add(ids);
                }
            }
        }
        if (rows.isEmpty()) {
            throw new IOException("'" + file + "' has no text. Give a file with one text a line.");
        }
        return new UnlabelledRows(rows, base, task);
    }

    /** Rows of random ids. */
    static UnlabelledRows random(int size, int length, TransformerModel base, TaskType task) {
        long ids =
                base.sites().stream()
                        .filter(site -> site.kind() == LayerKind.EMBEDDING)
                        .map(LayerSite::requireWeight)
                        .mapToLong(weight -> weight.getArray().getShape().get(0))
                        .max()
                        .orElseThrow();
        SplittableRandom random = new SplittableRandom(SEED);
        List<long[]> rows = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            rows.add(random.longs(length, ids / 2, ids).toArray());
        }
        return new UnlabelledRows(rows, base, task);
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
        int width = Arrays.stream(indices).map(this::length).max().orElse(0);
        Shape shape = new Shape(indices.length, width);
        long[] ids = new long[indices.length * width];
        long[] mask = new long[ids.length];
        for (int i = 0; i < indices.length; i++) {
            long[] row = rows.get(indices[i]);
            System.arraycopy(row, 0, ids, i * width, row.length);
            Arrays.fill(mask, i * width, i * width + row.length, 1);
        }
        ImmutableMap.Builder<String, HostArray> columns = ImmutableMap.builder();
        columns.put(ModelInput.INPUT_IDS, new HostArray.Int64(ids, shape));
        columns.put(ModelInput.ATTENTION_MASK, new HostArray.Int64(mask, shape));
        addLabels(columns, ids, mask, shape);
        return new TokenBatch(columns.buildOrThrow(), ImmutableIntArray.copyOf(indices));
    }

    private void addLabels(
            ImmutableMap.Builder<String, HostArray> columns, long[] ids, long[] mask, Shape shape) {
        int size = (int) shape.get(0);
        Shape one = new Shape(size);
        switch (task) {
            case CAUSAL_LM, SEQ_2_SEQ_LM -> {
                long[] labels = new long[ids.length];
                Arrays.setAll(labels, i -> mask[i] == 0 ? -100 : ids[i]);
                columns.put(ModelInput.LABELS, new HostArray.Int64(labels, shape));
            }
            case TOKEN_CLS -> {
                long[] labels = new long[ids.length];
                Arrays.setAll(labels, i -> mask[i] == 0 ? -100 : 0);
                columns.put(ModelInput.LABELS, new HostArray.Int64(labels, shape));
            }
            case QUESTION_ANS -> {
                columns.put(ModelInput.START_POSITIONS, new HostArray.Int64(new long[size], one));
                columns.put(ModelInput.END_POSITIONS, new HostArray.Int64(new long[size], one));
            }
            case SEQ_CLS ->
                    columns.put(
                            ModelInput.LABELS,
                            regression
                                    ? new HostArray.Float32(new float[size], one)
                                    : new HostArray.Int64(new long[size], one));
            default ->
                    throw new IllegalArgumentException(
                            "Models of the task "
                                    + task
                                    + " compute no loss, so there is no training to plan. Name"
                                    + " another task, or leave --max-length and --data out.");
        }
    }
}
