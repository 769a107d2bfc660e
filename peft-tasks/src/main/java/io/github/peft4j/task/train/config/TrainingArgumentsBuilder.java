package io.github.peft4j.task.train.config;

import io.github.peft4j.config.option.Option;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds {@link TrainingArguments}. Nothing is checked before {@link #build}. */
public final class TrainingArgumentsBuilder {

    private final Map<Option<?>, @Nullable Object> given = new LinkedHashMap<>();

    TrainingArgumentsBuilder() {}

    private <T> TrainingArgumentsBuilder set(Option<T> option, T value) {
        given.put(option, value);
        return this;
    }

    TrainingArgumentsBuilder setAll(Map<Option<?>, ? extends @Nullable Object> values) {
        given.putAll(values);
        return this;
    }

    /** Peak learning rate of AdamW, over 0. Default 5e-5. */
    public TrainingArgumentsBuilder optLearningRate(double value) {
        return set(TrainingOptions.LEARNING_RATE, value);
    }

    /** Passes over the training examples, at least 1 ({@code num_train_epochs}). Default 3. */
    public TrainingArgumentsBuilder optEpochs(int value) {
        return set(TrainingOptions.NUM_TRAIN_EPOCHS, value);
    }

    /** Optimizer steps in all, in place of the epochs. Default -1: whole epochs. */
    public TrainingArgumentsBuilder optMaxSteps(int value) {
        return set(TrainingOptions.MAX_STEPS, value);
    }

    /** Examples in a forward pass of training. Default 8. */
    public TrainingArgumentsBuilder optPerDeviceTrainBatchSize(int value) {
        return set(TrainingOptions.PER_DEVICE_TRAIN_BATCH_SIZE, value);
    }

    /** Examples in a forward pass of evaluation. Default 8. */
    public TrainingArgumentsBuilder optPerDeviceEvalBatchSize(int value) {
        return set(TrainingOptions.PER_DEVICE_EVAL_BATCH_SIZE, value);
    }

    /** Batches whose gradients make one optimizer step. Default 1. */
    public TrainingArgumentsBuilder optGradientAccumulationSteps(int value) {
        return set(TrainingOptions.GRADIENT_ACCUMULATION_STEPS, value);
    }

    /** Norm that gradients are clipped to, 0 for no clipping. Default 1. */
    public TrainingArgumentsBuilder optMaxGradNorm(double value) {
        return set(TrainingOptions.MAX_GRAD_NORM, value);
    }

    /** Decoupled weight decay of AdamW. Default 0. */
    public TrainingArgumentsBuilder optWeightDecay(double value) {
        return set(TrainingOptions.WEIGHT_DECAY, value);
    }

    /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
    public TrainingArgumentsBuilder optAdamBeta1(double value) {
        return set(TrainingOptions.ADAM_BETA1, value);
    }

    /** Decay of the mean of squared gradients, in [0, 1). Default 0.999. */
    public TrainingArgumentsBuilder optAdamBeta2(double value) {
        return set(TrainingOptions.ADAM_BETA2, value);
    }

    /** Added to the root of the latter, over 0. Default 1e-8. */
    public TrainingArgumentsBuilder optAdamEpsilon(double value) {
        return set(TrainingOptions.ADAM_EPSILON, value);
    }

    /**
     * Course of the learning rate ({@code lr_scheduler_type}). Default {@link
     * LearningRateSchedule#LINEAR}.
     */
    public TrainingArgumentsBuilder optSchedule(LearningRateSchedule value) {
        return set(TrainingOptions.LR_SCHEDULER_TYPE, value);
    }

    /** Steps of the warm-up. Default 0. */
    public TrainingArgumentsBuilder optWarmupSteps(int value) {
        return set(TrainingOptions.WARMUP_STEPS, value);
    }

    /**
     * Share of all steps for the warm-up, in [0, 1), in place of {@code warmup_steps}. Default 0.
     */
    public TrainingArgumentsBuilder optWarmupRatio(double value) {
        return set(TrainingOptions.WARMUP_RATIO, value);
    }

    /** Seed of dropout and initialisation. Default 42. */
    public TrainingArgumentsBuilder optSeed(long value) {
        return set(TrainingOptions.SEED, value);
    }

    /** Seed of the order of examples. Default: {@code seed}. */
    public TrainingArgumentsBuilder optDataSeed(long value) {
        return set(TrainingOptions.DATA_SEED, value);
    }

    /**
     * When validation examples are evaluated. Default {@link IntervalStrategy#EPOCH}; Hugging
     * Face's is never.
     */
    public TrainingArgumentsBuilder optEvalStrategy(IntervalStrategy value) {
        return set(TrainingOptions.EVAL_STRATEGY, value);
    }

    /**
     * Evaluates each time so many steps are done, or after each epoch if 0; sets {@link
     * #optEvalStrategy} too. Default 0.
     */
    public TrainingArgumentsBuilder optEvalSteps(int value) {
        return set(TrainingOptions.EVAL_STEPS, value).optEvalStrategy(IntervalStrategy.of(value));
    }

    /** When a checkpoint is written. Default {@link IntervalStrategy#STEPS}. */
    public TrainingArgumentsBuilder optSaveStrategy(IntervalStrategy value) {
        return set(TrainingOptions.SAVE_STRATEGY, value);
    }

    /**
     * Writes a checkpoint each time so many steps are done, or after each epoch if 0; sets {@link
     * #optSaveStrategy} too. Default 500.
     */
    public TrainingArgumentsBuilder optSaveSteps(int value) {
        return set(TrainingOptions.SAVE_STEPS, value).optSaveStrategy(IntervalStrategy.of(value));
    }

    /** Checkpoints that are kept, the newest ones; 0 for all. Default 0. */
    public TrainingArgumentsBuilder optSaveTotalLimit(int value) {
        return set(TrainingOptions.SAVE_TOTAL_LIMIT, value);
    }

    /** Steps between log lines. Default 500. */
    public TrainingArgumentsBuilder optLoggingSteps(int value) {
        return set(TrainingOptions.LOGGING_STEPS, value);
    }

    /** Directory of the checkpoints. Default: none are written. */
    public TrainingArgumentsBuilder optOutputDir(Path value) {
        return set(TrainingOptions.OUTPUT_DIR, value);
    }

    /** Whether the best evaluation's adapter is restored in the end. Default false. */
    public TrainingArgumentsBuilder optLoadBestModelAtEnd(boolean value) {
        return set(TrainingOptions.LOAD_BEST_MODEL_AT_END, value);
    }

    /** Figure that tells which evaluation is best. Default {@code loss}. */
    public TrainingArgumentsBuilder optMetricForBestModel(String value) {
        return set(TrainingOptions.METRIC_FOR_BEST_MODEL, value);
    }

    /** Whether a greater figure is better. Default: unless its name ends in {@code loss}. */
    public TrainingArgumentsBuilder optGreaterIsBetter(boolean value) {
        return set(TrainingOptions.GREATER_IS_BETTER, value);
    }

    /** Evaluations without improvement after which training stops, 0 for never. Default 0. */
    public TrainingArgumentsBuilder optEarlyStoppingPatience(int value) {
        return set(TrainingOptions.EARLY_STOPPING_PATIENCE, value);
    }

    /** Least improvement that counts. Default 0. */
    public TrainingArgumentsBuilder optEarlyStoppingThreshold(double value) {
        return set(TrainingOptions.EARLY_STOPPING_THRESHOLD, value);
    }

    /** Whether to go on from the last checkpoint in {@code output_dir}. Default false. */
    public TrainingArgumentsBuilder optResumeFromCheckpoint(boolean value) {
        return optResume(value ? ResumeMode.ALWAYS : ResumeMode.NEVER);
    }

    /**
     * Whether the training begins, or continues from the last complete checkpoint in {@code
     * output_dir}. {@link ResumeMode#IF_PRESENT} does what there is to do: so a program that was
     * stopped or killed is started again as it is. Default {@link ResumeMode#NEVER}. Takes the
     * place of {@link #optResumeFromCheckpoint}, the later call counts.
     */
    public TrainingArgumentsBuilder optResume(ResumeMode value) {
        return set(TrainingOptions.RESUME, value);
    }

    /**
     * Lets a thread of its own make up to so many batches before they are needed, in the same
     * order: for examples that are slow to make, such as a {@code BatchSource} that tokenizes in
     * {@code batch}. That source is then called from the thread. Default 0, which makes each batch
     * when it is needed.
     */
    public TrainingArgumentsBuilder optBatchesAhead(int value) {
        return set(TrainingOptions.BATCHES_AHEAD, value);
    }

    /**
     * Keeps what the frozen layers below the lowest adapter make of each example, so that only the
     * first epoch computes it: a file of at most so many bytes in {@code java.io.tmpdir}, four for
     * each token and feature, removed when the training ends. Refused where nothing frozen lies
     * below, or dropout acts there. Default 0, which keeps nothing.
     *
     * @see io.github.peft4j.task.train.frozen.FrozenLayerCache
     */
    public TrainingArgumentsBuilder optFrozenLayerCacheBytes(long value) {
        return set(TrainingOptions.FROZEN_LAYER_CACHE_BYTES, value);
    }

    /**
     * Whether probe steps before the first one find out what memory and time the training takes.
     * The plan is logged, and again with what was measured when the training has ended; a training
     * that does not fit this machine's memory gives a warning or is refused. Default {@link
     * PlanCheck#OFF}.
     *
     * @see io.github.peft4j.task.train.plan.TrainingPlan
     */
    public TrainingArgumentsBuilder optPlan(PlanCheck value) {
        return set(TrainingOptions.PLAN, value);
    }

    /**
     * Whether checkpoints of an earlier training in {@code output_dir} are deleted when this one
     * writes its first; a training that neither resumes nor overwrites refuses such a folder.
     * Default false.
     */
    public TrainingArgumentsBuilder optOverwriteOutputDir(boolean value) {
        return set(TrainingOptions.OVERWRITE_OUTPUT_DIR, value);
    }

    /**
     * The arguments.
     *
     * @throws IllegalArgumentException if one is out of range, or has no effect beside another
     */
    public TrainingArguments build() {
        return new TrainingArguments(given);
    }
}
