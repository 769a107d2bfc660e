package io.github.peft4j.task.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.RestoreOrder;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.metric.Metric;
import io.github.peft4j.task.train.frozen.FrozenLayerCache;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs a model over all batches of a loader without training it. */
final class Evaluator {

    private final PeftModel model;
    private final ImmutableList<Supplier<? extends Metric>> metrics;
    private final Objective objective;
    private final @Nullable FrozenLayerCache cache;

    /**
     * An evaluator.
     *
     * @param cache of the frozen layers, or null
     */
    Evaluator(PeftModel model, TrainingSetup setup, @Nullable FrozenLayerCache cache) {
        this.cache = cache;
        this.model = model;
        this.metrics = setup.metrics();
        this.objective = setup.objective();
    }

    /** Names of the figures, {@code loss} first. */
    ImmutableList<String> names() {
        return ImmutableList.<String>builder()
                .add(ModelOutput.LOSS)
                .addAll(metrics.stream().map(metric -> metric.get().name()).toList())
                .build();
    }

    /** The mean loss over all labels that count, and each metric by its name. */
    ImmutableMap<String, Double> evaluate(BatchLoader loader) {
        return evaluate(loader, () -> {});
    }

    /**
     * The same.
     *
     * @param beforeBatch called before each batch; what it throws ends the evaluation
     */
    ImmutableMap<String, Double> evaluate(BatchLoader loader, Runnable beforeBatch) {
        List<Metric> counting = new ArrayList<>();
        metrics.forEach(metric -> counting.add(metric.get()));
        LossWeights weights = LossWeights.of(model);
        double loss = 0;
        long labels = 0;
        for (Iterator<TokenBatch> batches = loader.iterator(0); batches.hasNext(); ) {
            beforeBatch.run();
            TokenBatch batch = batches.next();
            long count = weights.count(batch);
            if (count == 0) {
                continue; // the mean of no label is not a number
            }
            try (NDManager scope = Engines.newManager()) {
                ModelOutput output = objective.of(this::forward, batch, scope);
                loss += (double) output.loss().getFloat() * count;
                labels += count;
                if (!counting.isEmpty()) {
                    count(counting, output.withoutVirtualTokens(), batch);
                }
            }
        }
        ImmutableMap.Builder<String, Double> figures = ImmutableMap.builder();
        figures.put(ModelOutput.LOSS, loss / labels);
        counting.forEach(metric -> figures.put(metric.name(), metric.value()));
        return figures.buildOrThrow();
    }

    private ModelOutput forward(ModelInput input) {
        ModelInput call = metrics.isEmpty() ? input : input.withLogits(LogitsToKeep.ALL);
        return model.forward(cache == null ? call : cache.overEvaluated(call));
    }

    private static void count(List<Metric> metrics, ModelOutput output, TokenBatch batch) {
        if (!(batch.columns().get(ModelInput.LABELS) instanceof HostArray.Int64 column)) {
            throw new IllegalArgumentException(
                    "Metrics count classes, and the labels of this dataset are not class "
                            + "numbers. Leave metrics out and compute them from predict().");
        }
        long[] labels = column.values();
        long[] predicted;
        try (NDArray best = output.logits().argMax(-1)) {
            predicted = best.toLongArray();
        }
        if (predicted.length != labels.length) {
            throw new IllegalArgumentException(
                    ("%d predictions do not fit %d labels. Leave metrics out for this task "
                                    + "and compute them from predict().")
                            .formatted(predicted.length, labels.length));
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] != TokenDataset.IGNORED) {
                int guess = Math.toIntExact(predicted[i]);
                int label = Math.toIntExact(labels[i]);
                metrics.forEach(metric -> metric.update(guess, label));
            }
        }
    }

    /** The logits of each example, flat, in the order of the dataset. */
    float[][] predict(BatchLoader loader) {
        float[][] logits = predict(loader, ModelOutput.LOGITS).get(ModelOutput.LOGITS);
        return logits == null ? new float[0][] : logits;
    }

    /** Fields of the output for each example, flat, in the order of the dataset. */
    ImmutableMap<String, float[][]> predict(BatchLoader loader, String... fields) {
        Map<String, RestoreOrder<float[]>> results = new LinkedHashMap<>();
        for (String field : fields) {
            results.put(field, new RestoreOrder<>(loader.source().size()));
        }
        for (Iterator<TokenBatch> batches = loader.iterator(0); batches.hasNext(); ) {
            TokenBatch batch = batches.next();
            try (NDManager scope = Engines.newManager()) {
                ModelInput input = batch.toInput(scope).without(ModelInput.LABELS);
                ModelOutput output = model.forward(input).withoutVirtualTokens();
                results.forEach(
                        (field, rows) -> rows.add(batch, rows(output, field, batch.size())));
            }
        }
        ImmutableMap.Builder<String, float[][]> predictions = ImmutableMap.builder();
        results.forEach(
                (field, rows) -> predictions.put(field, rows.toList().toArray(new float[0][])));
        return predictions.buildOrThrow();
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
