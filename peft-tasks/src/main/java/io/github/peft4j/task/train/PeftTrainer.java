package io.github.peft4j.task.train;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.engine.TrainingHold;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.read.LabelIndex;
import io.github.peft4j.task.metric.Metric;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.frozen.FrozenLayerCache;
import io.github.peft4j.task.train.internal.TrainingStop;
import io.github.peft4j.task.train.optim.ParameterGrouping;
import io.github.peft4j.task.train.plan.MachineMemory;
import io.github.peft4j.task.train.plan.TrainingPlan;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.task.train.score.Scorer;
import io.github.peft4j.task.train.watch.ProgressLog;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Trains the active adapters of a model, as Hugging Face's {@code Trainer} does.
 *
 * <p>AdamW with PyTorch's numbers, gradients clipped by their common norm, accumulated over several
 * batches, a learning rate schedule, evaluations, the best adapter kept, early stopping, and
 * checkpoints from which a killed training goes on to the same bits: the engine's generator is
 * seeded anew from (seed, step) at each step, so dropout repeats itself.
 *
 * <p>A batch's memory is freed after its backward pass. The base is never changed. A trainer may be
 * used again; one training at a time, as all threads of a process share the engine's generator.
 *
 * <p>While it trains, other threads may predict, load adapters and delete those that do not train;
 * what would change the training, such as {@code setAdapter}, is refused there.
 */
public final class PeftTrainer {

    private final PeftModel model;
    private final TrainingSetup setup;
    private final Evaluator evaluator;
    private final Supplier<MachineMemory> machine;
    private final TrainingStop stop = new TrainingStop();
    private List<String> trainedLabels = ImmutableList.of();

    private PeftTrainer(Builder builder) {
        model = builder.model;
        machine = builder.machine;
        setup =
                new TrainingSetup(
                        builder.arguments,
                        spoken(builder.listeners.build()),
                        builder.metrics.build(),
                        builder.grouping,
                        builder.objective,
                        builder.scorer,
                        builder.dataName);
        evaluator = new Evaluator(model, setup, null);
    }

    /** A training whose progress nobody shows says something by itself. */
    private static ImmutableList<TrainerListener> spoken(ImmutableList<TrainerListener> own) {
        return own.stream().anyMatch(TrainerListener::showsProgress)
                ? own
                : ImmutableList.<TrainerListener>builder()
                        .addAll(own)
                        .add(new ProgressLog())
                        .build();
    }

    /** A trainer without metrics and listeners, with Hugging Face's parameter groups. */
    public PeftTrainer(PeftModel model, TrainingArguments arguments) {
        this(builder(model, arguments));
    }

    /** Starts with what {@link #PeftTrainer(PeftModel, TrainingArguments)} has. */
    public static Builder builder(PeftModel model, TrainingArguments arguments) {
        return new Builder(model, arguments);
    }

    /**
     * Trains on examples, in batches of the sizes and in the order that the arguments say.
     *
     * @param validation examples for evaluations, or null
     * @see #fit(BatchLoader, BatchLoader)
     */
    public TrainingResult fit(BatchSource train, @Nullable BatchSource validation)
            throws IOException {
        return fit(
                TrainingPlan.batches(setup.arguments(), train),
                validation == null ? null : evaluationBatches(validation));
    }

    private BatchLoader evaluationBatches(BatchSource examples) {
        return BatchLoader.builder(examples)
                .optBatchSize(setup.arguments().perDeviceEvalBatchSize())
                .build();
    }

    /**
     * What {@link #fit(BatchSource, BatchSource)} would take on these examples, found in a few
     * steps that teach nothing; with this trainer's loss and the tensors that it trains.
     *
     * @throws IllegalStateException if nothing trains, or this model is in training already
     */
    public TrainingPlan plan(BatchSource train) {
        try (TrainingHold.Held held = model.holdForTraining();
                HeldBack tensors = HeldBack.of(TrainableTensors.require(model), setup.grouping())) {
            return PlannedTraining.plan(
                    model,
                    setup,
                    tensors.trained(),
                    TrainingPlan.batches(setup.arguments(), train),
                    machine.get());
        }
    }

    /**
     * Trains. Batch sizes and order are the loaders'; those of the arguments are not looked at.
     *
     * <p>{@link #stop}, or an interrupt of the calling thread, ends the training after the step it
     * is at. An evaluation under way is given up, a checkpoint under way is completed. If {@code
     * output_dir} is set, a checkpoint is written whatever {@code save_strategy} says; the training
     * that is resumed from it comes to the same bits as one that nobody stopped, and makes the
     * evaluation first that is still due. The result then says {@code stopped}. A thread that was
     * interrupted is interrupted again when this method returns, and is not while listeners are
     * called after the stop.
     *
     * @param validation batches for evaluations, or null
     * @throws IllegalStateException if nothing trains, or not exactly what the model says, or this
     *     model is in training already, or {@code plan} is {@code refuse} and memory too small
     * @throws IllegalArgumentException if arguments and validation do not fit, a label has another
     *     number in the model or the validation than in the examples, or a checkpoint was written
     *     by another training: the text names what differs
     * @throws ArithmeticException if loss or gradients of a step are not finite
     * @throws IOException if a checkpoint cannot be written or read
     */
    public TrainingResult fit(BatchLoader train, @Nullable BatchLoader validation)
            throws IOException {
        setup.requireEvaluations(evaluator, validation);
        trainedLabels = train.source().labels();
        requireSameLabels(train);
        if (validation != null) {
            requireSameLabels(validation);
        }
        TrainedPassports.warnOfFrozenHead(model);
        try (TrainingHold.Held held = model.holdForTraining();
                HeldBack tensors = HeldBack.of(TrainableTensors.require(model), setup.grouping())) {
            stop.begin();
            try {
                return fit(tensors, train, validation);
            } finally {
                stop.end();
            }
        }
    }

    private TrainingResult fit(
            HeldBack tensors, BatchLoader train, @Nullable BatchLoader validation)
            throws IOException {
        try (PlannedTraining planned =
                        PlannedTraining.of(
                                model, setup, tensors.trained(), train, machine.get(), stop);
                FrozenLayerCache cache = frozenLayers(train, validation);
                TrainingRun run =
                        new TrainingRun(
                                model,
                                planned.setup(),
                                tensors.trained(),
                                train,
                                validation,
                                cache,
                                stop)) {
            TrainingResult result = run.run();
            planned.report();
            TrainedPassports.note(model, setup, train.source(), result);
            return result;
        }
    }

    /**
     * Ends the training that this trainer runs in another thread, as {@link #fit(BatchLoader,
     * BatchLoader)} says. Returns at once, and may be called from any thread, such as a shutdown
     * hook that then waits for the training's thread.
     *
     * @return whether a training runs; if none does, the next one is not stopped
     */
    public boolean stop() {
        return stop.ask();
    }

    private @Nullable FrozenLayerCache frozenLayers(
            BatchLoader train, @Nullable BatchLoader validation) throws IOException {
        long bytes = setup.arguments().frozenLayerCacheBytes();
        if (bytes == 0 || stop.isAsked()) {
            return null;
        }
        try {
            long tokens = train.tokenCount() + (validation == null ? 0 : validation.tokenCount());
            return FrozenLayerCache.open(model, bytes, tokens);
        } catch (RuntimeException e) {
            if (stop.explains(e)) {
                return null; // there will be no step
            }
            throw e;
        }
    }

    /**
     * The mean loss of labelled examples as {@code loss}, each metric by its name, and the scorer's
     * figures.
     *
     * @throws IllegalArgumentException if a label has another number than in the training, or in
     *     the model
     */
    public Map<String, Double> evaluate(BatchLoader examples) {
        requireSameLabels(examples);
        return evaluator.evaluate(examples);
    }

    private void requireSameLabels(BatchLoader examples) {
        LabelIndex.requireSameNumbers(
                examples.source().labels(),
                trainedLabels,
                "examples that were trained on",
                "Read both files with the same labels (optLabels).");
        LabelIndex.requireSameNumbers(
                examples.source().labels(),
                model.base().labels(),
                "model",
                "Read the file with the model's labels (optLabels), or load the base with those of"
                        + " the file (LoadOptions.optLabels) and train a head for them.");
    }

    /** As {@link #evaluate(BatchLoader)}, in batches of the arguments' size. */
    public Map<String, Double> evaluate(BatchSource examples) {
        return evaluate(evaluationBatches(examples));
    }

    /** The logits of each example, flat, in the order of the dataset; labels are not needed. */
    public float[][] predict(BatchLoader examples) {
        return evaluator.predict(examples);
    }

    /**
     * Some fields of the output for each example, flat, in the order of the dataset, by name:
     * {@code start_logits}, {@code end_logits}. Labels are not needed.
     */
    public Map<String, float[][]> predict(BatchLoader examples, String... fields) {
        return evaluator.predict(examples, fields);
    }

    /** As {@link #predict(BatchLoader)}, in batches of the arguments' size. */
    public float[][] predict(BatchSource examples) {
        return predict(evaluationBatches(examples));
    }

    /** Collects the parts of a trainer. */
    public static final class Builder {

        private final PeftModel model;
        private final TrainingArguments arguments;
        private final ImmutableList.Builder<TrainerListener> listeners = ImmutableList.builder();
        private final ImmutableList.Builder<Supplier<? extends Metric>> metrics =
                ImmutableList.builder();
        private ParameterGrouping grouping;
        private Objective objective = Objective.ofLabels();
        private @Nullable Scorer scorer;
        private @Nullable String dataName;
        private Supplier<MachineMemory> machine = MachineMemory::here;

        private Builder(PeftModel model, TrainingArguments arguments) {
            this.model = model;
            this.arguments = arguments;
            grouping = ParameterGrouping.byDecay(arguments.weightDecay());
        }

        /**
         * Adds a listener; they are called in the order in which they were added. If none
         * {@linkplain TrainerListener#showsProgress shows progress}, a {@link ProgressLog} listens
         * last.
         */
        public Builder addListener(TrainerListener listener) {
            listeners.add(listener);
            return this;
        }

        /** Adds a metric to evaluations, made anew for each: {@code addMetric(Accuracy::new)}. */
        public Builder addMetric(Supplier<? extends Metric> metric) {
            metrics.add(metric);
            return this;
        }

        /** Own groups of tensors; the arguments' weight decay is not looked at then. */
        public Builder optParameterGrouping(ParameterGrouping value) {
            grouping = value;
            return this;
        }

        /** A loss of one's own; default the one that the model's head computes of the labels. */
        public Builder optObjective(Objective value) {
            objective = value;
            return this;
        }

        /**
         * Figures of the whole validation set, which may choose the best checkpoint: entities,
         * answers, searches, written texts. Default none.
         */
        public Builder optScorer(Scorer value) {
            scorer = value;
            return this;
        }

        /**
         * Names what is trained on, for the adapter's passport and card; default the name that the
         * examples have.
         */
        public Builder optDataName(String value) {
            dataName = value;
            return this;
        }

        /** The machine that plans are checked against; default this one. */
        Builder optMachine(Supplier<MachineMemory> value) {
            machine = value;
            return this;
        }

        /** The trainer. */
        public PeftTrainer build() {
            return new PeftTrainer(this);
        }
    }
}
