package io.github.peft4j.task.train.watch;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.train.report.Evaluation;
import io.github.peft4j.task.train.report.LogEntry;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.task.train.report.TrainingStart;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

/** Reports of trainings that nobody made, with a clock of their own. */
final class Steps {

    private final TrainerListener listener;
    private final long total;
    private long step;
    private long nanos;

    Steps(long total, Function<Steps, TrainerListener> listener) {
        this.total = total;
        this.listener = listener.apply(this);
    }

    static TrainingStart start(long step, long total, LogEntry... history) {
        return new TrainingStart(step, total, 1000, 8, 2, 12345, List.of(history));
    }

    static LogEntry entry(long step, double epoch, String name, double value) {
        return new LogEntry(step, epoch, ImmutableMap.of(name, value));
    }

    static TrainingResult result(long steps, boolean stopped) {
        return new TrainingResult(
                steps,
                0.25,
                0.5,
                OptionalDouble.of(0.75),
                OptionalLong.of(20),
                false,
                stopped,
                List.of());
    }

    long nanos() {
        return nanos;
    }

    Steps start() {
        listener.onStart(start(0, total));
        return this;
    }

    /** Makes steps of so many seconds and 16 rows each, whose loss is their number. */
    Steps make(long steps, double seconds) {
        for (long i = 0; i < steps; i++) {
            step++;
            nanos += Math.round(seconds * 1e9);
            listener.onStep(new StepReport(step, step / 50.0, step, 1e-3, 1, 16, seconds));
        }
        return this;
    }

    Steps evaluate(boolean best) {
        listener.onEvaluate(
                new Evaluation(step, step / 50.0, ImmutableMap.of("f1", 0.5, "loss", 1.5), best));
        return this;
    }

    void end(boolean stopped) {
        listener.onEnd(result(step, stopped));
    }
}
