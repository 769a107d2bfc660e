package io.github.peft4j.task.train.report;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * What a training is about to do.
 *
 * @param step steps made before a resume; 0 if the training begins
 * @param totalSteps optimizer steps of the whole run, those before a resume included
 * @param examples rows of an epoch
 * @param batchSize rows of a batch
 * @param accumulatedBatches batches of a step
 * @param trainableValues how many numbers train
 * @param history lines of the history before a resume
 */
public record TrainingStart(
        long step,
        long totalSteps,
        int examples,
        int batchSize,
        int accumulatedBatches,
        long trainableValues,
        List<LogEntry> history) {

    /** Copies the history. */
    public TrainingStart {
        history = ImmutableList.copyOf(history);
    }
}
