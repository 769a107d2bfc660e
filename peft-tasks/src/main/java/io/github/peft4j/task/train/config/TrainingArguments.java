package io.github.peft4j.task.train.config;

import com.google.common.math.IntMath;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.json.PythonJson;
import java.io.IOException;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a training run is told, under Hugging Face's names and with its defaults, over a table of
 * options. Immutable, compared by its values.
 *
 * <p>Two defaults differ on purpose: validation examples are evaluated after each epoch, and
 * nothing is written without an output directory.
 */
public final class TrainingArguments {

    private static final Logger LOG = LoggerFactory.getLogger(TrainingArguments.class);

    private final OptionValues values;

    TrainingArguments(Map<Option<?>, @Nullable Object> given) {
        values = TrainingRules.resolve(TrainingOptions.ALL.values("TrainingArguments", given));
        TrainingRules.check(this);
    }

    /** Starts from the defaults. */
    public static TrainingArgumentsBuilder builder() {
        return new TrainingArgumentsBuilder();
    }

    /** A builder with the values of these arguments. */
    public TrainingArgumentsBuilder toBuilder() {
        return builder().setAll(values.asMap());
    }

    /**
     * Reads the text of a JSON object with Hugging Face's keys and our own, and logs the warnings.
     *
     * @throws IllegalArgumentException if it is not a JSON object or a value is wrong
     * @throws io.github.peft4j.exception.UnsupportedFeatureException if it asks for something that
     *     changes the training and that this version lacks
     */
    public static TrainingArguments fromJson(String json) {
        try {
            return fromMap(JsonValues.parseObject(json, "training arguments"), LOG::warn);
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * The same from JSON values: strings, numbers, booleans, lists, maps and nulls.
     *
     * @param warn takes a warning about keys that are unknown, and one about options of Hugging
     *     Face that have no effect here
     */
    public static TrainingArguments fromMap(
            Map<String, ? extends @Nullable Object> json, Consumer<String> warn) {
        return TrainingArgumentsFiles.parse(json, warn);
    }

    /**
     * Reads a JSON file, such as one of Hugging Face's {@code to_json_string}, and logs the
     * warnings.
     *
     * @throws IOException if it cannot be read or is not a JSON object
     * @throws IllegalArgumentException if a value is wrong; the text names the file too
     * @throws io.github.peft4j.exception.UnsupportedFeatureException as {@link #fromJson}
     */
    public static TrainingArguments fromJsonFile(Path file) throws IOException {
        return TrainingArgumentsFiles.read(file, warning -> LOG.warn("{}: {}", file, warning));
    }

    /** Peak learning rate of AdamW. */
    public double learningRate() {
        return values.get(TrainingOptions.LEARNING_RATE);
    }

    /** Passes over the training examples ({@code num_train_epochs}). */
    public int epochs() {
        return values.get(TrainingOptions.NUM_TRAIN_EPOCHS);
    }

    /** Optimizer steps in all, in place of the epochs; -1 for whole epochs. */
    public int maxSteps() {
        return values.get(TrainingOptions.MAX_STEPS);
    }

    /** Examples in a forward pass of training. */
    public int perDeviceTrainBatchSize() {
        return values.get(TrainingOptions.PER_DEVICE_TRAIN_BATCH_SIZE);
    }

    /** Examples in a forward pass of evaluation. */
    public int perDeviceEvalBatchSize() {
        return values.get(TrainingOptions.PER_DEVICE_EVAL_BATCH_SIZE);
    }

    /** Batches whose gradients make one optimizer step. */
    public int gradientAccumulationSteps() {
        return values.get(TrainingOptions.GRADIENT_ACCUMULATION_STEPS);
    }

    /** Norm that gradients are clipped to; 0 for no clipping. */
    public double maxGradNorm() {
        return values.get(TrainingOptions.MAX_GRAD_NORM);
    }

    /** Decoupled weight decay of AdamW. */
    public double weightDecay() {
        return values.get(TrainingOptions.WEIGHT_DECAY);
    }

    /** Decay of the mean of gradients. */
    public double adamBeta1() {
        return values.get(TrainingOptions.ADAM_BETA1);
    }

    /** Decay of the mean of squared gradients. */
    public double adamBeta2() {
        return values.get(TrainingOptions.ADAM_BETA2);
    }

    /** Added to the root of the mean of squared gradients. */
    public double adamEpsilon() {
        return values.get(TrainingOptions.ADAM_EPSILON);
    }

    /** Course of the learning rate ({@code lr_scheduler_type}). */
    public LearningRateSchedule schedule() {
        return values.get(TrainingOptions.LR_SCHEDULER_TYPE);
    }

    /** Steps of the warm-up; 0 if it is a share of all steps or there is none. */
    public int warmupSteps() {
        double warmup = values.get(TrainingOptions.WARMUP_STEPS).doubleValue();
        return warmup < 1 ? 0 : (int) warmup;
    }

    /** Steps of the warm-up in a run of this length; a share is rounded up. */
    public long warmupSteps(long totalSteps) {
        double share = warmupRatio();
        return share == 0 ? warmupSteps() : (long) Math.ceil(totalSteps * share);
    }

    /** Share of all steps for the warm-up; 0 if it is a number of steps or there is none. */
    public double warmupRatio() {
        double warmup = values.get(TrainingOptions.WARMUP_STEPS).doubleValue();
        return warmup < 1 ? warmup : 0;
    }

    /** Seed of dropout and initialisation. */
    public long seed() {
        return values.get(TrainingOptions.SEED);
    }

    /** Seed of the order of examples. */
    public long dataSeed() {
        Long own = values.find(TrainingOptions.DATA_SEED);
        return own == null ? seed() : own;
    }

    /** When validation examples are evaluated. */
    public IntervalStrategy evalStrategy() {
        return values.get(TrainingOptions.EVAL_STRATEGY);
    }

    /** Steps between evaluations; 0 if steps do not decide when. */
    public int evalSteps() {
        if (evalStrategy() != IntervalStrategy.STEPS) {
            return 0;
        }
        int steps = values.get(TrainingOptions.EVAL_STEPS);
        return steps == 0 ? loggingSteps() : steps;
    }

    /** When a checkpoint is written. */
    public IntervalStrategy saveStrategy() {
        return values.get(TrainingOptions.SAVE_STRATEGY);
    }

    /** Steps between checkpoints; 0 if steps do not decide when. */
    public int saveSteps() {
        return saveStrategy() == IntervalStrategy.STEPS
                ? values.get(TrainingOptions.SAVE_STEPS)
                : 0;
    }

    /** Checkpoints that are kept, the newest ones; 0 for all. */
    public int saveTotalLimit() {
        return values.get(TrainingOptions.SAVE_TOTAL_LIMIT);
    }

    /** Steps between log lines. */
    public int loggingSteps() {
        return values.get(TrainingOptions.LOGGING_STEPS);
    }

    /** Directory of the checkpoints; null for none. */
    public @Nullable Path outputDir() {
        return values.find(TrainingOptions.OUTPUT_DIR);
    }

    /** Whether the best evaluation's adapter is restored in the end. */
    public boolean loadBestModelAtEnd() {
        return values.get(TrainingOptions.LOAD_BEST_MODEL_AT_END);
    }

    /** Figure that tells which evaluation is best. */
    public String metricForBestModel() {
        return values.get(TrainingOptions.METRIC_FOR_BEST_MODEL);
    }

    /** Whether a greater figure is better. */
    public boolean greaterIsBetter() {
        Boolean told = values.find(TrainingOptions.GREATER_IS_BETTER);
        return told == null ? !metricForBestModel().endsWith("loss") : told;
    }

    /** Evaluations without improvement after which training stops; 0 for never. */
    public int earlyStoppingPatience() {
        return values.get(TrainingOptions.EARLY_STOPPING_PATIENCE);
    }

    /** Least improvement that counts. */
    public double earlyStoppingThreshold() {
        return values.get(TrainingOptions.EARLY_STOPPING_THRESHOLD);
    }

    /** Room on disk for what frozen layers make of each example; 0 to compute it in each epoch. */
    public long frozenLayerCacheBytes() {
        return values.get(TrainingOptions.FROZEN_LAYER_CACHE_BYTES);
    }

    /** Batches that a thread of its own makes before they are needed; 0 for none. */
    public int batchesAhead() {
        return values.get(TrainingOptions.BATCHES_AHEAD);
    }

    /** Whether probe steps find out before the first step what the training takes. */
    public PlanCheck plan() {
        return values.get(TrainingOptions.PLAN);
    }

    /** Whether to go on from the last checkpoint in {@code output_dir}. */
    public boolean resumeFromCheckpoint() {
        return values.get(TrainingOptions.RESUME_FROM_CHECKPOINT);
    }

    /** Whether the training begins, or continues from the last checkpoint in {@code output_dir}. */
    public ResumeMode resume() {
        ResumeMode own = values.find(TrainingOptions.RESUME);
        if (own != null) {
            return own;
        }
        return resumeFromCheckpoint() ? ResumeMode.ALWAYS : ResumeMode.NEVER;
    }

    /** Whether checkpoints of an earlier training in {@code output_dir} are deleted. */
    public boolean overwriteOutputDir() {
        return values.get(TrainingOptions.OVERWRITE_OUTPUT_DIR);
    }

    /**
     * Optimizer steps of the whole run.
     *
     * @param batchesPerEpoch batches that the loader makes an epoch
     */
    public long totalSteps(int batchesPerEpoch) {
        if (batchesPerEpoch < 1) {
            throw new IllegalArgumentException(
                    "batchesPerEpoch %d is not positive. Give the loader's batchCount."
                            .formatted(batchesPerEpoch));
        }
        return maxSteps() > 0 ? maxSteps() : (long) epochs() * stepsPerEpoch(batchesPerEpoch);
    }

    /** Optimizer steps an epoch; the last one may have fewer batches than the others. */
    public int stepsPerEpoch(int batchesPerEpoch) {
        return IntMath.divide(batchesPerEpoch, gradientAccumulationSteps(), RoundingMode.CEILING);
    }

    /** The learning rate of a step, counted from 0. */
    public double learningRate(long step, long totalSteps) {
        return learningRate() * schedule().multiplier(step, warmupSteps(totalSteps), totalSteps);
    }

    /**
     * Every option of Hugging Face under its key, and those of our own that differ from their
     * default; JSON values.
     *
     * @throws IllegalStateException if the schedule is a lambda, which JSON has no name for
     */
    public Map<String, @Nullable Object> toMap() {
        if (NamedSchedules.nameOf(schedule()).isEmpty()) {
            throw new IllegalStateException(
                    "lr_scheduler_type is a lambda, which JSON has no name for. Set one of the"
                            + " schedules of LearningRateSchedule.of before writing.");
        }
        return JsonValues.freezeObject(TrainingArgumentsFiles.json(values));
    }

    /**
     * The same as text, which Hugging Face reads too: sorted keys, two spaces, no newline at the
     * end.
     *
     * @throws IllegalStateException as {@link #toMap}
     */
    public String toJson() {
        return PythonJson.write(toMap());
    }

    /**
     * Writes {@link #toJson} to a file, whole or not at all, and creates its directory.
     *
     * @throws IllegalStateException as {@link #toMap}
     */
    public void toJsonFile(Path file) throws IOException {
        TrainingArgumentsFiles.write(toJson(), file);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TrainingArguments that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return PythonJson.write(TrainingArgumentsFiles.json(values));
    }
}
