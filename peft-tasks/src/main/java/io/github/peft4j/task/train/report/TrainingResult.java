package io.github.peft4j.task.train.report;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a training came to.
 *
 * @param steps optimizer steps made, those before a resume included
 * @param finalLoss loss of the last step; NaN if none was made
 * @param meanLoss mean loss of all steps, Hugging Face's {@code training_loss}; NaN if none was
 *     made
 * @param bestMetric best value of {@code metric_for_best_model}, if there was an evaluation
 * @param bestStep steps made before the best evaluation
 * @param stoppedEarly whether patience ran out
 * @param stopped whether it was stopped before its end, by {@code PeftTrainer.stop} or an interrupt
 * @param history log lines and evaluations in their order
 */
public record TrainingResult(
        long steps,
        double finalLoss,
        double meanLoss,
        OptionalDouble bestMetric,
        OptionalLong bestStep,
        boolean stoppedEarly,
        boolean stopped,
        List<LogEntry> history) {

    /** Copies the history. */
    public TrainingResult {
        history = ImmutableList.copyOf(history);
    }
}
