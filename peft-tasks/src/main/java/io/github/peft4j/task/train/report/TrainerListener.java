package io.github.peft4j.task.train.report;

/**
 * Watches a training. Called in the training's thread, with gradients off; what it throws ends the
 * training.
 */
public interface TrainerListener {

    /**
     * Whether {@link #onBatch} reads scores. Heads that would have to compute them for that alone,
     * such as a language model's, give the loss without them unless a listener says so.
     */
    default boolean readsLogits() {
        return false;
    }

    /**
     * Whether people see by this listener how far the training is. If none says so, the trainer
     * logs it.
     */
    default boolean showsProgress() {
        return false;
    }

    /** Before the first step, when a checkpoint has been read if the training resumes. */
    default void onStart(TrainingStart start) {}

    /** After the backward pass of a batch, while its arrays are open. */
    default void onBatch(BatchReport report) {}

    /** After an optimizer step. */
    default void onStep(StepReport report) {}

    /** After a line of the history: at each {@code logging_steps}, and of each evaluation. */
    default void onLog(LogEntry entry) {}

    /** After a checkpoint was written. */
    default void onCheckpoint(CheckpointReport checkpoint) {}

    /** After an evaluation. */
    default void onEvaluate(Evaluation evaluation) {}

    /**
     * After an epoch, its evaluation and its checkpoint, or where training ends inside one.
     *
     * @param epoch number of the epoch, from 1
     */
    default void onEpoch(int epoch) {}

    /** After the last step, when the best adapter is back in place. */
    default void onEnd(TrainingResult result) {}
}
