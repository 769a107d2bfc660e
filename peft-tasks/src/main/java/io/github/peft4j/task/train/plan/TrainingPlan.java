package io.github.peft4j.task.train.plan;

import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PenalizedLoss;
import io.github.peft4j.engine.TrainingHold;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.train.config.TrainingArguments;
import java.util.Map;
import java.util.Optional;

/**
 * What a training will take, found in a few probe steps before its first.
 *
 * <p>The probe computes parts of the largest batch of the data, then all of it, and times some
 * batches of all sizes. Each step is a forward and a backward pass, clipping, and AdamW on
 * stand-ins: no tensor of the model is written, gradients are zero afterwards, and the order of the
 * data is as it was. Dropout draws from the engine's generator, which {@code PeftTrainer} seeds
 * before each of its steps, so a training after a plan has the bits of one without.
 *
 * <p>Memory is the resident size of the process, on Linux; elsewhere only what tensors take is
 * known. A part that would not fit this machine by what the smaller ones took is not computed.
 *
 * @param trainable how many numbers train
 * @param memory bytes
 * @param time seconds
 * @param largest the batch that needs the most memory
 * @param batches batches an epoch
 */
public record TrainingPlan(
        long trainable, PlannedMemory memory, PlannedTime time, PlannedBatch largest, int batches) {

    /**
     * Plans a training of the active adapters on examples, in the batches that {@code PeftTrainer}
     * makes of them.
     *
     * @see #of(PeftModel, TrainingArguments, BatchLoader)
     */
    public static TrainingPlan of(
            PeftModel model, TrainingArguments arguments, BatchSource examples) {
        return of(model, arguments, batches(arguments, examples));
    }

    /** The batches that {@code PeftTrainer} makes of examples. */
    public static BatchLoader batches(TrainingArguments arguments, BatchSource examples) {
        return BatchLoader.builder(examples)
                .optBatchSize(arguments.perDeviceTrainBatchSize())
                .optShuffle(true)
                .optSeed(arguments.dataSeed())
                .build();
    }

    /**
     * Plans a training of the active adapters with the loss that the model's head computes.
     *
     * @throws IllegalStateException if nothing trains, or this model is in training already
     */
    public static TrainingPlan of(
            PeftModel model, TrainingArguments arguments, BatchLoader batches) {
        Map<String, Parameter> trained = model.trainableTensors();
        if (trained.isEmpty() || !model.activation().enabled()) {
            throw new IllegalStateException(
                    ("The active adapters %s have nothing to train, so there is nothing to plan."
                                    + " Activate a trainable one: setAdapter(name), loaded with"
                                    + " optTrainable(true), and no disableAdapter() open.")
                            .formatted(model.activeAdapters()));
        }
        try (TrainingHold.Held held = model.holdForTraining()) {
            return of(
                    model,
                    trained,
                    arguments,
                    batches,
                    (batch, scope) ->
                            PenalizedLoss.withTermsOfTraining(
                                    model,
                                    model.forward(
                                                    batch.toInput(scope)
                                                            .withLogits(LogitsToKeep.NONE),
                                                    model.newStore(),
                                                    true)
                                            .loss()),
                    MachineMemory.here());
        }
    }

    /**
     * Plans what a trainer would train, by its own loss; the caller holds the model for training.
     *
     * @param trained the tensors that train, by their key in the adapter's file
     * @param machine what must not be exceeded by a probe step
     */
    public static TrainingPlan of(
            PeftModel model,
            Map<String, Parameter> trained,
            TrainingArguments arguments,
            BatchLoader batches,
            ProbeLoss loss,
            MachineMemory machine) {
        return new Planner(model, trained, arguments, batches, loss, machine).plan();
    }

    /** What does not fit a machine, and what to lower; empty if all does or it is not known. */
    public Optional<String> misfit(MachineMemory machine) {
        return memory.isMeasured() && memory.peak() > machine.limit()
                ? Optional.of(PlanText.misfit(this, machine))
                : Optional.empty();
    }

    /**
     * Refuses a training that does not fit a machine.
     *
     * @throws IllegalStateException if the peak is more than this process may have; the text says
     *     what to lower
     */
    public void require(MachineMemory machine) {
        misfit(machine)
                .ifPresent(
                        text -> {
                            throw new IllegalStateException(text);
                        });
    }

    /** A table for people. */
    public String describe() {
        return PlanText.table(this);
    }

    @Override
    public String toString() {
        return describe();
    }
}
