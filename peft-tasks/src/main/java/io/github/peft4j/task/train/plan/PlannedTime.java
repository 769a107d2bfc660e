package io.github.peft4j.task.train.plan;

/**
 * The time of a training, evaluations and checkpoints left out.
 *
 * @param step seconds of an optimizer step of batches of the mean size
 * @param steps optimizer steps in all
 */
public record PlannedTime(double step, long steps) {

    /** Seconds of all steps. */
    public double total() {
        return step * steps;
    }
}
