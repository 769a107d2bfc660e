package io.github.peft4j.task.train.plan;

import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;

/**
 * Measures a training to compare it with its plan. Counts from when it is made; add it as a
 * listener, or tell it the steps of a loop of one's own.
 */
public final class TrainingMeter implements TrainerListener, AutoCloseable {

    private final TrainingPlan plan;
    private final PeakMemory peak = new PeakMemory();
    private long steps;
    private double seconds;

    /** Starts to measure. */
    public TrainingMeter(TrainingPlan plan) {
        this.plan = plan;
    }

    @Override
    public void onStep(StepReport report) {
        addStep(report.seconds());
    }

    /** Counts a step. */
    public void addStep(double ofSeconds) {
        steps++;
        seconds += ofSeconds;
    }

    /** What was measured so far. */
    public TrainingReport report() {
        return new TrainingReport(plan, peak.bytes(), steps == 0 ? 0 : seconds / steps, steps);
    }

    /** Ends the measurement of memory. */
    @Override
    public void close() {
        peak.close();
    }
}
