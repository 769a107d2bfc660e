package io.github.peft4j.task.train;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterators;
import io.github.peft4j.PeftModel;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.train.config.IntervalStrategy;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.frozen.FrozenLayerCache;
import io.github.peft4j.task.train.internal.BatchesAhead;
import io.github.peft4j.task.train.internal.BestMetric;
import io.github.peft4j.task.train.internal.CheckpointStore;
import io.github.peft4j.task.train.internal.Fingerprint;
import io.github.peft4j.task.train.internal.Progress;
import io.github.peft4j.task.train.internal.TensorCopies;
import io.github.peft4j.task.train.internal.TrainingCheckpoint;
import io.github.peft4j.task.train.optim.AdamW;
import io.github.peft4j.task.train.report.Evaluation;
import io.github.peft4j.task.train.report.LogEntry;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One training from its first step, or from a checkpoint, to its last. */
final class TrainingRun implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(TrainingRun.class);

    private final PeftModel model;
    private final TrainingArguments arguments;
    private final BatchLoader train;
    private final @Nullable BatchLoader validation;
    private final @Nullable FrozenLayerCache cache;
    private final Evaluator evaluator;
    private final ImmutableList<TrainerListener> listeners;
    private final NDManager manager;
    private final AdamW optimizer;
    private final TrainingStep steps;
    private final TensorCopies best;
    private final @Nullable CheckpointStore store;
    private final @Nullable TrainingCheckpoint checkpoint;
    private final long totalSteps;
    private Progress progress = new Progress();
    private boolean saving;

    TrainingRun(
            PeftModel model,
            TrainingSetup setup,
            ImmutableMap<String, Parameter> trainable,
            BatchLoader train,
            @Nullable BatchLoader validation,
            @Nullable FrozenLayerCache cache)
            throws IOException {
        this.model = model;
        arguments = setup.arguments();
        this.train = train;
        this.validation = validation;
        listeners = setup.listeners();
        this.cache = cache;
        evaluator = new Evaluator(model, setup, cache);
        totalSteps = arguments.totalSteps(train.batchCount());
        Path outputDir = arguments.outputDir();
        Fingerprint fingerprint =
                outputDir == null
                        ? null
                        : Fingerprint.of(model, trainable, arguments, train, validation);
        optimizer = setup.optimizer(trainable);
        best = new TensorCopies(trainable);
        manager = Engines.newManager();
        manager.setName("training");
        steps = setup.step(model, trainable, optimizer, cache);
        if (outputDir == null || fingerprint == null) {
            store = null;
            checkpoint = null;
        } else {
            store = new CheckpointStore(outputDir, arguments.saveTotalLimit());
            checkpoint =
                    new TrainingCheckpoint(
                            model,
                            ImmutableList.copyOf(model.activeAdapters()),
                            optimizer,
                            best,
                            fingerprint);
        }
    }

    TrainingResult run() throws IOException {
        if (arguments.resumeFromCheckpoint()) {
            resume();
        } else if (store != null && !arguments.overwriteOutputDir()) {
            store.requireUnused();
        }
        steps.zeroGradients();
        while (!isFinished() || progress.epochOpen()) {
            epoch();
        }
        if (arguments.loadBestModelAtEnd()) {
            model.writing(
                    () -> {
                        best.restore();
                        return best;
                    });
        }
        TrainingResult result = result();
        listeners.forEach(listener -> listener.onEnd(result));
        return result;
    }

    private void resume() throws IOException {
        if (store == null || checkpoint == null) {
            throw new IllegalStateException("Resuming needs an outputDir; the arguments check it.");
        }
        Optional<Path> newest = store.newest();
        if (newest.isEmpty()) {
            throw new IOException(
                    ("There is no complete checkpoint in %s. Train without "
                                    + "optResumeFromCheckpoint first.")
                            .formatted(store.outputDir()));
        }
        progress = checkpoint.read(newest.get());
        logger.info("Resuming from {} at step {}", newest.get(), progress.step());
        if (cache != null) {
            replayFrozenLayers();
        }
    }

    /** The cache holds each row as the batch made it in which the row came first. */
    private void replayFrozenLayers() {
        logger.info("Computing again what the frozen layers made of the examples so far");
        for (int epoch = 0; epoch <= progress.epoch(); epoch++) {
            int end = epoch < progress.epoch() ? train.batchCount() : progress.batch();
            steps.replay(manager, Iterators.limit(train.iterator(epoch), end));
            if (!train.bringsNewRows()) {
                return;
            }
        }
    }

    private boolean isFinished() {
        return progress.step() >= totalSteps || progress.bestMetric().isExhausted(arguments);
    }

    private void epoch() throws IOException {
        Iterator<TokenBatch> batches = train.iterator(progress.epoch(), progress.batch());
        if (arguments.batchesAhead() == 0) {
            steps(batches);
        } else {
            try (BatchesAhead<TokenBatch> ahead =
                    new BatchesAhead<>(batches, arguments.batchesAhead())) {
                steps(ahead);
            }
        }
        if (arguments.evalStrategy() == IntervalStrategy.EPOCH) {
            evaluate();
        }
        int number = progress.epoch() + 1;
        progress.afterEpoch(progress.batch() == train.batchCount());
        if (arguments.saveStrategy() == IntervalStrategy.EPOCH) {
            save();
        }
        listeners.forEach(listener -> listener.onEpoch(number));
    }

    private void steps(Iterator<TokenBatch> batches) throws IOException {
        Iterator<List<TokenBatch>> steps =
                Iterators.partition(batches, arguments.gradientAccumulationSteps());
        while (steps.hasNext() && !isFinished()) {
            step(steps.next());
        }
    }

    private void step(List<TokenBatch> batches) throws IOException {
        long start = System.nanoTime();
        double rate = arguments.learningRate(progress.step(), totalSteps);
        TrainingStep.Outcome outcome = steps.run(manager, progress.step(), batches, rate);
        progress.afterStep(outcome.loss(), batches.size());
        StepReport report =
                new StepReport(
                        progress.step(),
                        epochs(),
                        outcome.loss(),
                        rate,
                        outcome.gradientNorm(),
                        batches.stream().mapToInt(TokenBatch::size).sum(),
                        (System.nanoTime() - start) / 1e9);
        listeners.forEach(listener -> listener.onStep(report));
        if (progress.step() % arguments.loggingSteps() == 0) {
            LogEntry entry = progress.log(epochs(), outcome.gradientNorm(), rate);
            logger.info("Step {} of {}: {}", progress.step(), totalSteps, entry.figures());
        }
        if (isDue(arguments.evalSteps())) {
            evaluate();
        }
        if (arguments.saveSteps() > 0 && (isDue(arguments.saveSteps()) || isFinished())) {
            save();
        }
    }

    private boolean isDue(int interval) {
        return interval > 0 && progress.step() % interval == 0;
    }

    private double epochs() {
        return progress.epoch() + (double) progress.batch() / train.batchCount();
    }

    private void evaluate() {
        if (validation == null) {
            return;
        }
        ImmutableMap<String, Double> figures = evaluator.evaluate(validation);
        Double figure = figures.get(TrainingSetup.figure(arguments));
        double decisive = figure == null ? Double.NaN : figure;
        boolean better = progress.bestMetric().isBetter(arguments, decisive);
        Evaluation evaluation = new Evaluation(progress.step(), epochs(), figures, better);
        progress.evaluated(arguments, evaluation, decisive);
        if (better && arguments.loadBestModelAtEnd()) {
            best.take();
        }
        logger.info("Evaluation after step {}: {}", progress.step(), figures);
        listeners.forEach(listener -> listener.onEvaluate(evaluation));
    }

    private void save() throws IOException {
        if (store != null && checkpoint != null) {
            if (arguments.overwriteOutputDir() && !saving) {
                store.clear();
            }
            saving = true;
            Progress.Saved saved = progress.saved();
            store.write(saved.step(), folder -> checkpoint.write(folder, saved));
        }
    }

    private TrainingResult result() {
        BestMetric bestMetric = progress.bestMetric();
        boolean evaluated = bestMetric.best().isPresent();
        return new TrainingResult(
                progress.step(),
                progress.lastLoss(),
                progress.meanLoss(),
                bestMetric.best(),
                evaluated ? OptionalLong.of(bestMetric.step()) : OptionalLong.empty(),
                bestMetric.isExhausted(arguments),
                progress.history());
    }

    @Override
    public void close() {
        manager.close();
        best.close();
        optimizer.close();
    }
}
