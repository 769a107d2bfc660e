package io.github.peft4j.task.train.watch;

import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainingStart;
import java.util.Locale;

/** How far a training has come and how fast it goes, from its first step in this process. */
final class Pace {

    private static final double NANOS = 1e9;

    private final TrainingStart start;
    private final long begin;
    private long now;
    private StepReport last;
    private long rows;
    private double loss;
    private long losses;

    Pace(TrainingStart start, long begin) {
        this.start = start;
        this.begin = begin;
        now = begin;
        last = new StepReport(start.step(), 0, Double.NaN, 0, 0, 0, 0);
    }

    /** Counts a step that has just ended. */
    void step(StepReport report, long nanos) {
        now = nanos;
        last = report;
        rows += report.examples();
        loss += report.loss();
        losses++;
    }

    /** The mean loss since this was asked before; of the last step if there was none since. */
    double takeLoss() {
        double mean = losses == 0 ? last.loss() : loss / losses;
        loss = 0;
        losses = 0;
        return mean;
    }

    StepReport last() {
        return last;
    }

    long totalSteps() {
        return start.totalSteps();
    }

    /** Steps made of all, in percent. */
    long percent() {
        return 100 * last.step() / Math.max(1, start.totalSteps());
    }

    long begin() {
        return begin;
    }

    double seconds() {
        return (now - begin) / NANOS;
    }

    double rowsPerSecond() {
        return rows / Math.max(seconds(), 1 / NANOS);
    }

    /** Time that the remaining steps take if they are as fast as those before. */
    String left() {
        long made = last.step() - start.step();
        long remaining = Math.max(0, start.totalSteps() - last.step());
        return made == 0 ? "?" : time(seconds() / made * remaining);
    }

    /** Hours, minutes and seconds. */
    static String time(double seconds) {
        long whole = Math.round(seconds);
        return String.format(
                Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }
}
