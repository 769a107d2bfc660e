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
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.metric.Metric;
import io.github.peft4j.task.train.frozen.FrozenLayerCache;
import io.github.peft4j.task.train.internal.PredictionRows;
import io.github.peft4j.task.train.score.Scorer;
import java.util.ArrayList;
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
    private final @Nullable Scorer scorer;
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
        this.scorer = setup.scorer();
    }

    /** Names of the figures, {@code loss} first; empty if only an evaluation can tell. */
    ImmutableList<String> names() {
        List<String> scored = scorer == null ? ImmutableList.of() : scorer.names();
        if (scorer != null && scored.isEmpty()) {
            return ImmutableList.of();
        }
        return ImmutableList.<String>builder()
                .add(ModelOutput.LOSS)
                .addAll(metrics.stream().map(metric -> metric.get().name()).toList())
                .addAll(scored)
                .build();
    }

    /** The mean loss over all labels that count, and each metric and scored figure by its name. */
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
        PredictionRows rows = scorer == null ? null : rows(scorer, loader);
        LossWeights weights = LossWeights.of(model);
        double loss = 0;
        long labels = 0;
        for (Iterator<TokenBatch> batches = loader.iterator(0); batches.hasNext(); ) {
            beforeBatch.run();
            TokenBatch batch = batches.next();
            long count = weights.count(batch);
            try (NDManager scope = Engines.newManager()) {
                if (count > 0) { // the mean of no label is not a number
                    ModelOutput output = objective.of(this::forward, batch, scope);
                    loss += (double) output.loss().getFloat() * count;
                    labels += count;
                    ModelOutput ofTexts = output.withoutVirtualTokens();
                    if (!counting.isEmpty()) {
                        count(counting, ofTexts, batch);
                    }
                    if (rows != null) {
                        rows.add(batch, ofTexts);
                    }
                } else if (rows != null) {
                    rows.add(batch, answer(batch, scope).withoutVirtualTokens());
                }
            }
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(ModelOutput.LOSS, loss / labels);
        counting.forEach(metric -> figures.put(metric.name(), metric.value()));
        if (scorer != null && rows != null) {
            beforeBatch.run();
            scorer.score(rows.predictions(model))
                    .forEach((name, value) -> add(figures, name, value));
        }
        return ImmutableMap.copyOf(figures);
    }

    private static PredictionRows rows(Scorer scorer, BatchLoader loader) {
        return new PredictionRows(loader.source(), scorer.fields());
    }

    private static void add(Map<String, Double> figures, String name, double value) {
        if (figures.putIfAbsent(TrainingSetup.withoutPrefix(name), value) != null) {
            throw new IllegalArgumentException(
                    "The scorer's figure '%s' is one of %s already. Give it another name, or leave the metric out."
                            .formatted(name, figures.keySet()));
        }
    }

    private ModelOutput forward(ModelInput input) {
        boolean scores = !metrics.isEmpty() || (scorer != null && !scorer.fields().isEmpty());
        ModelInput call = scores ? input.withLogits(LogitsToKeep.ALL) : input;
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
        PredictionRows rows = new PredictionRows(loader.source(), ImmutableList.copyOf(fields));
        for (Iterator<TokenBatch> batches = loader.iterator(0); batches.hasNext(); ) {
            TokenBatch batch = batches.next();
            try (NDManager scope = Engines.newManager()) {
                rows.add(batch, answer(batch, scope).withoutVirtualTokens());
            }
        }
        return rows.fields();
    }

    private ModelOutput answer(TokenBatch batch, NDManager scope) {
        return model.forward(batch.toInput(scope).without(ModelInput.LABELS));
    }
}
