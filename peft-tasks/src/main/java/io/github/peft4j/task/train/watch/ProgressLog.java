package io.github.peft4j.task.train.watch;

import io.github.peft4j.task.train.report.CheckpointReport;
import io.github.peft4j.task.train.report.Evaluation;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.task.train.report.TrainingStart;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log how a training goes; what a trainer does if no other listener shows progress.
 *
 * <p>At the start a line says what trains on what. Then a line comes at the first step after both a
 * twentieth of the steps and ten seconds since the line before: a run of three minutes has at most
 * eighteen, and one of a day twenty. It has the mean loss since the line before, the learning rate,
 * rows a second and the time left. Evaluations have a line each, and the end has one with the
 * figures and the last checkpoint. All are at level INFO of this class's logger.
 *
 * <p>If no SLF4J provider is on the class path, one line on standard error says that nothing will
 * be seen and what to add, once in a process.
 */
public final class ProgressLog implements TrainerListener {

    private static final Logger logger = LoggerFactory.getLogger(ProgressLog.class);
    private static final long PARTS = 20;
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Consumer<String> out;
    private final LongSupplier nanoTime;
    private @Nullable Pace pace;
    private @Nullable Path checkpoint;
    private long lineStep;
    private long lineNanos;

    /** To the log. */
    public ProgressLog() {
        this(logger::info, System::nanoTime);
    }

    ProgressLog(Consumer<String> out, LongSupplier nanoTime) {
        this.out = out;
        this.nanoTime = nanoTime;
    }

    @Override
    public boolean showsProgress() {
        return true;
    }

    @Override
    public void onStart(TrainingStart start) {
        UnheardLog.warnOnce();
        lineStep = start.step();
        lineNanos = nanoTime.getAsLong();
        pace = new Pace(start, lineNanos);
        checkpoint = null;
        say(
                "Training %,d values on %,d rows: %,d steps of %s%s",
                start.trainableValues(),
                start.examples(),
                start.totalSteps(),
                start.accumulatedBatches() == 1
                        ? start.batchSize() + " rows"
                        : start.accumulatedBatches() + " x " + start.batchSize() + " rows",
                start.step() == 0 ? "" : ", " + start.step() + " of them made before");
    }

    @Override
    public void onStep(StepReport report) {
        Pace now = pace;
        if (now == null) {
            return;
        }
        long nanos = nanoTime.getAsLong();
        now.step(report, nanos);
        long steps = report.step() - lineStep;
        boolean last = report.step() >= now.totalSteps(); // the end has its own line
        if (!last && PARTS * steps >= now.totalSteps() && nanos - lineNanos >= LINE_NANOS) {
            lineStep = report.step();
            lineNanos = nanos;
            say(
                    "Step %,d of %,d (%d%%, epoch %.2f): loss %.4f, learning rate %.3g, %,.0f"
                            + " rows/s, %s left",
                    report.step(),
                    now.totalSteps(),
                    now.percent(),
                    report.epoch(),
                    now.takeLoss(),
                    report.learningRate(),
                    now.rowsPerSecond(),
                    now.left());
        }
    }

    @Override
    public void onEvaluate(Evaluation evaluation) {
        say(
                "Evaluation after step %,d: %s%s",
                evaluation.step(),
                figures(evaluation.figures()),
                evaluation.best() ? ", the best so far" : "");
    }

    @Override
    public void onCheckpoint(CheckpointReport report) {
        checkpoint = report.folder();
    }

    @Override
    public void onEnd(TrainingResult result) {
        Pace now = pace;
        say(
                "%s after %,d steps%s: mean loss %.4f, last loss %.4f%s%s",
                result.stopped() ? "Stopped" : result.stoppedEarly() ? "Stopped early" : "Trained",
                result.steps(),
                now == null ? "" : " in " + Pace.time((nanoTime.getAsLong() - now.begin()) / 1e9),
                result.meanLoss(),
                result.finalLoss(),
                best(result),
                checkpoint == null ? "" : "; last checkpoint " + checkpoint);
        pace = null;
    }

    private static String best(TrainingResult result) {
        if (result.bestMetric().isEmpty() || result.bestStep().isEmpty()) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                ", best figure %.4f after step %,d",
                result.bestMetric().getAsDouble(),
                result.bestStep().getAsLong());
    }

    /** Figures in the order of their names, {@code loss} first. */
    static String figures(Map<String, Double> figures) {
        Map<String, Double> sorted = new TreeMap<>(figures);
        Double loss = sorted.remove("loss");
        String rest =
                sorted.entrySet().stream()
                        .map(each -> figure(each.getKey(), each.getValue()))
                        .collect(Collectors.joining(", "));
        if (loss == null) {
            return rest;
        }
        return figure("loss", loss) + (rest.isEmpty() ? "" : ", " + rest);
    }

    private static String figure(String name, double value) {
        return String.format(Locale.ROOT, "%s %.4f", name, value);
    }

    private void say(String format, Object... arguments) {
        out.accept(String.format(Locale.ROOT, format, arguments));
    }
}
