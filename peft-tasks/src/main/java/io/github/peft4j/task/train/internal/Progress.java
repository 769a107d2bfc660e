package io.github.peft4j.task.train.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.report.Evaluation;
import io.github.peft4j.task.train.report.LogEntry;
import java.util.ArrayList;
import java.util.List;

/** How far a training has come: what a checkpoint must know besides tensors. */
public final class Progress {

    private long step;
    private int epoch;
    private int batch;
    private boolean epochOpen;
    private double lastLoss = Double.NaN;
    private double totalLoss;
    private double unloggedLoss;
    private long unloggedSteps;
    private BestMetric bestMetric = BestMetric.NONE;
    private final List<LogEntry> history;

    /** At the start. */
    public Progress() {
        history = new ArrayList<>();
    }

    /** Where a checkpoint was made. */
    public Progress(Saved saved) {
        step = saved.step();
        epoch = saved.epoch();
        batch = saved.batch();
        epochOpen = saved.epochOpen();
        lastLoss = saved.lastLoss();
        totalLoss = saved.totalLoss();
        unloggedLoss = saved.unloggedLoss();
        unloggedSteps = saved.unloggedSteps();
        bestMetric = saved.bestMetric();
        history = new ArrayList<>(saved.history());
    }

    /**
     * The same as a value.
     *
     * @param step optimizer steps made
     * @param epoch whole passes over the examples
     * @param batch batches taken of the pass under way
     * @param epochOpen whether the end of that pass is still to come
     * @param lastLoss loss of the last step
     * @param totalLoss sum of the losses of all steps
     * @param unloggedLoss sum of the losses since the last log line
     * @param unloggedSteps steps since the last log line
     */
    public record Saved(
            long step,
            int epoch,
            int batch,
            boolean epochOpen,
            double lastLoss,
            double totalLoss,
            double unloggedLoss,
            long unloggedSteps,
            BestMetric bestMetric,
            ImmutableList<LogEntry> history) {}

    /** This progress as a checkpoint keeps it. */
    public Saved saved() {
        return new Saved(
                step,
                epoch,
                batch,
                epochOpen,
                lastLoss,
                totalLoss,
                unloggedLoss,
                unloggedSteps,
                bestMetric,
                ImmutableList.copyOf(history));
    }

    /** Counts a step and its mean loss. */
    public void afterStep(double loss, int batches) {
        step++;
        batch += batches;
        epochOpen = true;
        lastLoss = loss;
        totalLoss += loss;
        unloggedLoss += loss;
        unloggedSteps++;
    }

    /** Closes the pass under way; a whole one makes room for the next. */
    public void afterEpoch(boolean whole) {
        epochOpen = false;
        if (whole) {
            epoch++;
            batch = 0;
        }
    }

    /** Writes a log line of the steps since the one before. */
    public LogEntry log(double epochs, double gradientNorm, double learningRate) {
        LogEntry entry =
                new LogEntry(
                        step,
                        epochs,
                        ImmutableMap.of(
                                "loss", unloggedLoss / unloggedSteps,
                                "grad_norm", gradientNorm,
                                "learning_rate", learningRate));
        unloggedLoss = 0;
        unloggedSteps = 0;
        history.add(entry);
        return entry;
    }

    /** Takes an evaluation in, of which one figure tells whether it is the best. */
    public LogEntry evaluated(TrainingArguments arguments, Evaluation evaluation, double figure) {
        bestMetric = bestMetric.after(arguments, figure, step);
        ImmutableMap.Builder<String, Double> figures = ImmutableMap.builder();
        evaluation.figures().forEach((name, value) -> figures.put("eval_" + name, value));
        LogEntry entry = new LogEntry(step, evaluation.epoch(), figures.buildOrThrow());
        history.add(entry);
        return entry;
    }

    /** Whether an evaluation was made after the last step. */
    public boolean isEvaluated() {
        return Lists.reverse(history).stream()
                .takeWhile(entry -> entry.step() == step)
                .anyMatch(entry -> entry.figures().containsKey("eval_loss"));
    }

    /** Steps so far. */
    public long step() {
        return step;
    }

    /** Epochs that are over. */
    public int epoch() {
        return epoch;
    }

    /** Batches of the current epoch so far. */
    public int batch() {
        return batch;
    }

    /** Whether an epoch has begun and is not over. */
    public boolean epochOpen() {
        return epochOpen;
    }

    /** Loss of the last step. */
    public double lastLoss() {
        return lastLoss;
    }

    /** Mean loss of all steps. */
    public double meanLoss() {
        return totalLoss / step;
    }

    /** The best evaluation so far. */
    public BestMetric bestMetric() {
        return bestMetric;
    }

    /** What was logged so far. */
    public ImmutableList<LogEntry> history() {
        return ImmutableList.copyOf(history);
    }
}
