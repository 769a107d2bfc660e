package io.github.peft4j.task.train.watch;

import io.github.peft4j.task.train.report.CheckpointReport;
import io.github.peft4j.task.train.report.Evaluation;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * Puts a training into recordings of the JDK's Flight Recorder, beside what the JVM itself records
 * there: events {@code io.github.peft4j.TrainingStep}, {@code io.github.peft4j.Evaluation} and
 * {@code io.github.peft4j.Checkpoint}. They cost nothing where nothing records; a program records
 * with {@code -XX:StartFlightRecording}.
 */
@SuppressWarnings("UnusedVariable") // the recorder reads the fields
public final class JfrEvents implements TrainerListener {

    /** Emits events from now on. */
    public JfrEvents() {}

    @Override
    public void onStep(StepReport report) {
        TrainingStepEvent event = new TrainingStepEvent();
        if (event.shouldCommit()) {
            event.step = report.step();
            event.epoch = report.epoch();
            event.loss = report.loss();
            event.learningRate = report.learningRate();
            event.gradientNorm = report.gradientNorm();
            event.rows = report.examples();
            event.seconds = report.seconds();
            event.commit();
        }
    }

    @Override
    public void onEvaluate(Evaluation evaluation) {
        EvaluationEvent event = new EvaluationEvent();
        if (event.shouldCommit()) {
            event.step = evaluation.step();
            event.epoch = evaluation.epoch();
            event.loss = evaluation.figures().getOrDefault("loss", Double.NaN);
            event.figures = ProgressLog.figures(evaluation.figures());
            event.best = evaluation.best();
            event.commit();
        }
    }

    @Override
    public void onCheckpoint(CheckpointReport checkpoint) {
        CheckpointEvent event = new CheckpointEvent();
        if (event.shouldCommit()) {
            event.step = checkpoint.step();
            event.folder = checkpoint.folder().toString();
            event.seconds = checkpoint.seconds();
            event.commit();
        }
    }

    @Name("io.github.peft4j.TrainingStep")
    @Label("Training Step")
    @Description("An optimizer step that was made")
    @Category("peft4j")
    @StackTrace(false)
    private static final class TrainingStepEvent extends Event {
        @Label("Step")
        long step;

        @Label("Epoch")
        double epoch;

        @Label("Loss")
        double loss;

        @Label("Learning Rate")
        double learningRate;

        @Label("Gradient Norm")
        double gradientNorm;

        @Label("Rows")
        int rows;

        @Label("Seconds")
        double seconds;
    }

    @Name("io.github.peft4j.Evaluation")
    @Label("Evaluation")
    @Description("An evaluation during a training")
    @Category("peft4j")
    @StackTrace(false)
    private static final class EvaluationEvent extends Event {
        @Label("Step")
        long step;

        @Label("Epoch")
        double epoch;

        @Label("Loss")
        double loss;

        @Label("Figures")
        String figures = "";

        @Label("Best So Far")
        boolean best;
    }

    @Name("io.github.peft4j.Checkpoint")
    @Label("Checkpoint")
    @Description("A checkpoint that was written")
    @Category("peft4j")
    @StackTrace(false)
    private static final class CheckpointEvent extends Event {
        @Label("Step")
        long step;

        @Label("Folder")
        String folder = "";

        @Label("Seconds")
        double seconds;
    }
}
