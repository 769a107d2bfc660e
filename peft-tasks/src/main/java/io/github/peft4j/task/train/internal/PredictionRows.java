package io.github.peft4j.task.train.internal;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.RestoreOrder;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.train.score.Predictions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Takes fields of a model's output batch by batch, and puts their rows into the data's order. */
public final class PredictionRows {

    private final BatchSource examples;
    private final Map<String, RestoreOrder<float[]>> fields = new LinkedHashMap<>();
    private final RestoreOrder<Optional<HostArray>> labels;

    /** For fields of all of these examples. */
    public PredictionRows(BatchSource examples, List<String> names) {
        this.examples = examples;
        names.forEach(name -> fields.put(name, new RestoreOrder<>(examples.size())));
        labels = new RestoreOrder<>(examples.size());
    }

    /**
     * Takes a batch.
     *
     * @throws IllegalArgumentException if the output lacks a field
     */
    public void add(TokenBatch batch, ModelOutput output) {
        fields.forEach((field, rows) -> rows.add(batch, rows(output, field, batch.size())));
        HostArray column = batch.columns().get(ModelInput.LABELS);
        labels.add(
                batch,
                IntStream.range(0, batch.size())
                        .mapToObj(row -> Optional.ofNullable(column).map(all -> all.rows(row)))
                        .toList());
    }

    /** The rows of each field, in the order of the examples. */
    public ImmutableMap<String, float[][]> fields() {
        ImmutableMap.Builder<String, float[][]> all = ImmutableMap.builder();
        fields.forEach((field, rows) -> all.put(field, rows.toList().toArray(new float[0][])));
        return all.buildOrThrow();
    }

    /** The same with the labels. */
    public Predictions predictions(PeftModel model) {
        return new Predictions(model, examples, fields(), labels.toList());
    }

    private static List<float[]> rows(ModelOutput output, String field, int size) {
        NDArray array =
                output.get(field)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "The model's output has no '"
                                                        + field
                                                        + "', only "
                                                        + output.arrays().keySet()
                                                        + ". Ask for one of these."));
        float[] numbers = array.toFloatArray();
        int width = numbers.length / size;
        List<float[]> rows = new ArrayList<>();
        for (int row = 0; row < size; row++) {
            rows.add(Arrays.copyOfRange(numbers, row * width, (row + 1) * width));
        }
        return rows;
    }
}
