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
import io.github.peft4j.task.train.internal.TrainingStop;
import io.github.peft4j.task.train.optim.AdamW;
import io.github.peft4j.task.train.report.CheckpointReport;
import io.github.peft4j.task.train.report.Evaluation;
import io.github.peft4j.task.train.report.LogEntry;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.task.train.report.TrainingStart;
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
    private final TrainingSetup setup;
    private final ImmutableMap<String, Parameter> trainable;
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
    private final TrainingStop stop;
    private Progress progress = new Progress();
    private Progress.@Nullable Saved lastSaved;
    private boolean saving;
    private boolean stopped;

    TrainingRun(
            PeftModel model,
            TrainingSetup setup,
            ImmutableMap<String, Parameter> trainable,
            BatchLoader train,
            @Nullable BatchLoader validation,
            @Nullable FrozenLayerCache cache,
            TrainingStop stop)
            throws IOException {
        this.model = model;
        this.stop = stop;
        this.setup = setup;
        this.trainable = trainable;
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
                        : stop.uninterrupted(
                                () ->
                                        Fingerprint.of(
                                                model, trainable, arguments, train, validation));
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
        boolean resumed = resumes();
        if (resumed) {
            resume();
        } else if (store != null && !arguments.overwriteOutputDir()) {
            store.requireUnused();
        }
        TrainingStart start = start();
        listeners.forEach(listener -> listener.onStart(start));
        steps.zeroGradients();
        if (resumed) {
            afterResume();
        }
        while ((!isFinished() || progress.epochOpen()) && !isStopped()) {
            epoch();
        }
        if (stopped) {
            leaveCheckpoint();
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

    private TrainingStart start() {
        return new TrainingStart(
                progress.step(),
                totalSteps,
                train.source().size(),
                train.batchSize(),
                arguments.gradientAccumulationSteps(),
                trainable.values().stream().mapToLong(p -> p.getArray().size()).sum(),
                progress.history());
    }

    private boolean resumes() throws IOException {
        return switch (arguments.resume()) {
            case NEVER -> false;
            case ALWAYS -> true;
            case IF_PRESENT -> store != null && store.newest().isPresent();
        };
    }

    private void resume() throws IOException {
        if (store == null || checkpoint == null) {
            throw new IllegalStateException("Resuming needs an outputDir; the arguments check it.");
        }
        Optional<Path> newest = store.newest();
        if (newest.isEmpty()) {
            throw new IOException(
                    ("There is no complete checkpoint in %s. To train from"
                                    + " the start if there is none, use"
                                    + " optResume(ResumeMode.IF_PRESENT).")
                            .formatted(store.outputDir()));
        }
        Path folder = newest.get();
        TrainingCheckpoint content = checkpoint;
        progress = stop.uninterrupted(() -> content.read(folder));
        lastSaved = progress.saved();
        logger.info("Resuming from {} at step {}", folder, progress.step());
    }

    private void afterResume() throws IOException {
        if (cache != null) {
            unlessStopped(this::replayFrozenLayers);
        }
        boolean open = isDue(arguments.evalSteps()) && !progress.isEvaluated();
        if (open && !isStopped()) {
            evaluateAndSave(); // the training was stopped before, or in, this evaluation
        }
    }

    /** What is thrown because the training is to stop ends the action alone. */
    private void unlessStopped(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            if (!stop.explains(e)) {
                throw e;
            }
            stopped = true;
        }
    }

    private boolean isStopped() {
        stopped |= stop.isAsked();
        return stopped;
    }

    /** A training that is stopped can be resumed, whatever the arguments say about saving. */
    private void leaveCheckpoint() throws IOException {
        if (progress.step() == 0) {
            logger.warn("The training was stopped before its first step.");
        } else if (store == null) {
            logger.warn(
                    "The training was stopped after step {} of {}. It cannot be resumed, since"
                            + " output_dir is not set and no checkpoint was written.",
                    progress.step(),
                    totalSteps);
        } else {
            if (!progress.saved().equals(lastSaved)) {
                save();
            }
            logger.warn(
                    "The training was stopped after step {} of {}. To resume it from {}, train with"
                            + " the same arguments and optResume(ResumeMode.IF_PRESENT).",
                    progress.step(),
                    totalSteps,
                    store.folder(progress.step()));
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
        if (isStopped()) {
            return; // the epoch stays open: the resumed training ends it
        }
        if (arguments.evalStrategy() == IntervalStrategy.EPOCH) {
            unlessStopped(this::evaluate);
        }
        if (stopped) {
            return;
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
        while (!isStopped() && steps.hasNext() && !isFinished()) {
            unlessStopped(() -> step(steps.next()));
            if (!stopped) {
                evaluateAndSave();
            }
        }
    }

    private void step(List<TokenBatch> batches) {
        long start = System.nanoTime();
        double rate = arguments.learningRate(progress.step(), totalSteps);
        TrainingStep.Outcome outcome = steps.run(manager, progress.step(), batches, rate);
        progress.afterStep(outcome.loss(), batches.size());
        if (progress.step() % arguments.loggingSteps() == 0) {
            LogEntry entry = progress.log(epochs(), outcome.gradientNorm(), rate);
            listeners.forEach(listener -> listener.onLog(entry));
        }
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
    }

    private void evaluateAndSave() throws IOException {
        if (isDue(arguments.evalSteps())) {
            unlessStopped(this::evaluate);
        }
        boolean due = arguments.saveSteps() > 0 && (isDue(arguments.saveSteps()) || isFinished());
        if (due && !stopped) {
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
        ImmutableMap<String, Double> figures = evaluator.evaluate(validation, stop::check);
        setup.requireFigure(figures.keySet());
        Double figure = figures.get(TrainingSetup.figure(arguments));
        double decisive = figure == null ? Double.NaN : figure;
        boolean better = progress.bestMetric().isBetter(arguments, decisive);
        Evaluation evaluation = new Evaluation(progress.step(), epochs(), figures, better);
        LogEntry entry = progress.evaluated(arguments, evaluation, decisive);
        if (better && arguments.loadBestModelAtEnd()) {
            best.take();
        }
        listeners.forEach(listener -> listener.onEvaluate(evaluation));
        listeners.forEach(listener -> listener.onLog(entry));
    }

    private void save() throws IOException {
        if (store != null && checkpoint != null) {
            if (arguments.overwriteOutputDir() && !saving) {
                store.clear();
            }
            saving = true;
            long start = System.nanoTime();
            Progress.Saved saved = progress.saved();
            stop.uninterrupted(
                    () -> {
                        store.write(saved.step(), folder -> checkpoint.write(folder, saved));
                        return saved;
                    });
            lastSaved = saved;
            CheckpointReport report =
                    new CheckpointReport(
                            saved.step(),
                            store.folder(saved.step()),
                            (System.nanoTime() - start) / 1e9);
            listeners.forEach(listener -> listener.onCheckpoint(report));
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
                stopped,
                progress.history());
    }

    @Override
    public void close() {
        manager.close();
        best.close();
        optimizer.close();
    }
}
