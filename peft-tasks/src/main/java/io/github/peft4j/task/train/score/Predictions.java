package io.github.peft4j.task.train.score;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model answered to each example of a validation set, in the order of the set, on the Java
 * heap.
 *
 * <p>A row is flat: logits of T tokens and C classes are T times C numbers, token by token. T is
 * the length of the longest row of the batch that the example was in; padding is where the batch
 * has it, and the labels of the row have the same layout.
 */
public final class Predictions {

    private final PeftModel model;
    private final BatchSource examples;
    private final ImmutableMap<String, float[][]> fields;
    private final ImmutableList<Optional<HostArray>> labels;

    /**
     * Puts answers and labels together.
     *
     * @param fields rows by the name of a field, one for each example
     * @param labels of each example, its row of the batch's column {@code labels}, if there is one
     */
    public Predictions(
            PeftModel model,
            BatchSource examples,
            Map<String, float[][]> fields,
            List<Optional<HostArray>> labels) {
        this.model = model;
        this.examples = examples;
        this.fields = ImmutableMap.copyOf(fields);
        this.labels = ImmutableList.copyOf(labels);
    }

    /** The model, for scorers that ask it themselves. Its adapters must stay as they are. */
    public PeftModel model() {
        return model;
    }

    /** The validation examples. */
    public BatchSource examples() {
        return examples;
    }

    /** Number of examples. */
    public int size() {
        return examples.size();
    }

    /**
     * The logits of each example.
     *
     * @throws IllegalArgumentException if the scorer's fields do not list {@code logits}
     */
    public float[][] logits() {
        return field(ModelOutput.LOGITS);
    }

    /**
     * A field of the output, such as {@code start_logits}.
     *
     * @throws IllegalArgumentException if the scorer's fields do not list it
     */
    public float[][] field(String name) {
        float[][] rows = fields.get(name);
        if (rows == null) {
            throw new IllegalArgumentException(
                    "Field '%s' was not kept, only %s. Add it to the scorer's fields()."
                            .formatted(name, fields.keySet()));
        }
        return rows;
    }

    /**
     * The labels of an example that are class numbers: one, or one for each token.
     *
     * @throws IllegalArgumentException if the examples have no such labels
     */
    public long[] labels(int example) {
        if (labels.get(example).orElse(null) instanceof HostArray.Int64 numbers) {
            return numbers.values();
        }
        throw new IllegalArgumentException(
                "Example %d has no labels that are class numbers. Use another scorer, or give the examples labels."
                        .formatted(example));
    }

    /**
     * The labels of an example that are numbers: targets, or 0 and 1 for each class.
     *
     * @throws IllegalArgumentException if the examples have no such labels
     */
    public float[] targets(int example) {
        if (labels.get(example).orElse(null) instanceof HostArray.Float32 numbers) {
            return numbers.values();
        }
        throw new IllegalArgumentException(
                "Example %d has no labels that are numbers with a fraction. Use another scorer, or give the examples labels."
                        .formatted(example));
    }

    /** The index of the greatest number of each group of {@code classes} numbers in a row. */
    static int[] best(float[] row, int classes) {
        if (row.length % classes != 0) {
            throw new IllegalArgumentException(
                    "%d logits are not those of %d classes each. Give the names of the model's labels."
                            .formatted(row.length, classes));
        }
        int[] best = new int[row.length / classes];
        for (int i = 0; i < best.length; i++) {
            float[] group = Arrays.copyOfRange(row, i * classes, (i + 1) * classes);
            for (int j = 1; j < classes; j++) {
                if (group[j] > group[best[i]]) {
                    best[i] = j;
                }
            }
        }
        return best;
    }
}
