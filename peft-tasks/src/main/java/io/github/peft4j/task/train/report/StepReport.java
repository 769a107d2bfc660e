package io.github.peft4j.task.train.report;

/**
 * An optimizer step that was made.
 *
 * @param step steps made so far, this one included
 * @param epoch passes over the examples so far, e.g. 1.5 in the middle of the second
 * @param loss mean loss of the step's examples before the step
 * @param learningRate the rate the step was made with
 * @param gradientNorm norm of all gradients before clipping
 * @param examples rows of the step's batches
 * @param seconds wall clock time of the step
 */
public record StepReport(
        long step,
        double epoch,
        double loss,
        double learningRate,
        double gradientNorm,
        int examples,
        double seconds) {}
