package io.github.peft4j.task.train.plan;

/**
 * The memory of a training, in bytes. What tensors take is counted; the rest is measured in probe
 * steps, and 0 where the system does not tell.
 *
 * @param base the base's weights, mapped from their files or not
 * @param trainable the tensors that train
 * @param gradients their gradients
 * @param optimizer the two moments of AdamW
 * @param best a copy of the adapter for {@code load_best_model_at_end}, else 0
 * @param checkpoint what a checkpoint has on disk; 0 if none is written
 * @param resident what any step needs: weights as far as they are read, adapter, gradients,
 *     optimizer, engine and Java
 * @param activations what the step of the largest batch takes in addition
 * @param peak the largest resident size of the process that is expected
 * @param extrapolated whether the largest batch was not computed, since smaller ones tell that it
 *     does not fit this machine
 */
public record PlannedMemory(
        long base,
        long trainable,
        long gradients,
        long optimizer,
        long best,
        long checkpoint,
        long resident,
        long activations,
        long peak,
        boolean extrapolated) {

    /** Whether the system tells the memory of a process. */
    public boolean isMeasured() {
        return peak > 0;
    }
}
