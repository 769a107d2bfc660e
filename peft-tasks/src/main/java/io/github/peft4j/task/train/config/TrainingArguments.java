package io.github.peft4j.task.train.config;

import com.google.common.math.IntMath;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a training run is told, under Hugging Face's names and with its defaults.
 *
 * <p>One flat list of many values, because every tutorial names them so.
 *
 * @param learningRate peak learning rate of AdamW, over 0; default 5e-5 ({@code learning_rate})
 * @param epochs passes over the training examples, at least 1; default 3 ({@code num_train_epochs})
 * @param maxSteps optimizer steps in all, in place of {@code epochs}; -1 for none; default -1
 * @param perDeviceTrainBatchSize examples a forward pass of training; default 8
 * @param perDeviceEvalBatchSize examples a forward pass of evaluation; default 8
 * @param gradientAccumulationSteps batches whose gradients make one optimizer step; default 1
 * @param maxGradNorm norm that gradients are clipped to, 0 for no clipping; default 1
 * @param weightDecay decoupled weight decay of AdamW; default 0
 * @param adamBeta1 decay of the mean of gradients, in [0, 1); default 0.9
 * @param adamBeta2 decay of the mean of squared gradients, in [0, 1); default 0.999
 * @param adamEpsilon added to the root of the latter, over 0; default 1e-8
 * @param schedule course of the learning rate; default linear ({@code lr_scheduler_type})
 * @param warmupSteps steps of the warm-up; default 0
 * @param warmupRatio share of all steps for the warm-up, in [0, 1), in place of {@code
 *     warmupSteps}; default 0
 * @param seed seed of dropout and initialisation; default 42
 * @param dataSeed seed of the order of examples; default {@code seed}
 * @param evalSteps steps between evaluations, 0 for one after each epoch; default 0
 * @param saveSteps steps between checkpoints, 0 for one after each epoch; default 500
 * @param saveTotalLimit checkpoints that are kept, the newest ones; 0, the default, for all
 * @param loggingSteps steps between log lines; default 500
 * @param outputDir directory of the checkpoints; null, the default, for none
 * @param loadBestModelAtEnd whether the best evaluation's adapter is restored in the end; default
 *     false
 * @param metricForBestModel figure that tells which evaluation is best; default {@code loss}
 * @param greaterIsBetter whether a greater figure is better; default true unless its name ends in
 *     {@code loss}
 * @param earlyStoppingPatience evaluations without improvement after which training stops, 0 for
 *     never; default 0
 * @param earlyStoppingThreshold least improvement that counts; default 0
 * @param resumeFromCheckpoint whether to go on from the last checkpoint in {@code outputDir};
 *     default false
 */
public record TrainingArguments(
        double learningRate,
        int epochs,
        int maxSteps,
        int perDeviceTrainBatchSize,
        int perDeviceEvalBatchSize,
        int gradientAccumulationSteps,
        double maxGradNorm,
        double weightDecay,
        double adamBeta1,
        double adamBeta2,
        double adamEpsilon,
        LearningRateSchedule schedule,
        int warmupSteps,
        double warmupRatio,
        long seed,
        long dataSeed,
        int evalSteps,
        int saveSteps,
        int saveTotalLimit,
        int loggingSteps,
        @Nullable Path outputDir,
        boolean loadBestModelAtEnd,
        String metricForBestModel,
        boolean greaterIsBetter,
        int earlyStoppingPatience,
        double earlyStoppingThreshold,
        boolean resumeFromCheckpoint) {

    /** Refuses values out of range, and pairs of values of which one would have no effect. */
    public TrainingArguments {
        within("learningRate", learningRate, learningRate > 0, "over 0", "Usual: 1e-4 to 1e-3");
        atLeast(1, "epochs", epochs, "Use maxSteps for less than one epoch");
        atLeast(1, "maxSteps", maxSteps == -1 ? 1 : maxSteps, "Give -1 for whole epochs");
        atLeast(1, "perDeviceTrainBatchSize", perDeviceTrainBatchSize, "Usual: 8 to 64");
        atLeast(1, "perDeviceEvalBatchSize", perDeviceEvalBatchSize, "Usual: 8 to 64");
        atLeast(1, "gradientAccumulationSteps", gradientAccumulationSteps, "Give 1 for none");
        within("maxGradNorm", maxGradNorm, maxGradNorm >= 0, "from 0", "Give 0 for no clipping");
        within("weightDecay", weightDecay, weightDecay >= 0, "from 0", "Usual: 0 or 0.01");
        within("adamBeta1", adamBeta1, isShare(adamBeta1), "in [0, 1)", "Usual: 0.9");
        within("adamBeta2", adamBeta2, isShare(adamBeta2), "in [0, 1)", "Usual: 0.999");
        within("adamEpsilon", adamEpsilon, adamEpsilon > 0, "over 0", "Usual: 1e-8");
        atLeast(0, "warmupSteps", warmupSteps, "Give 0 for no warm-up");
        within("warmupRatio", warmupRatio, isShare(warmupRatio), "in [0, 1)", "Usual: 0.06");
        boolean ratio = warmupRatio > 0;
        boolean warm = ratio || warmupSteps > 0;
        boolean constant = schedule == LearningRateSchedule.CONSTANT;
        together(!ratio || warmupSteps == 0, "warmupRatio", "warmupSteps", "Give one of the two");
        together(!constant || !warm, "constant", "a warm-up", "Use CONSTANT_WITH_WARMUP");
        atLeast(0, "evalSteps", evalSteps, "Give 0 for each epoch");
        atLeast(0, "saveSteps", saveSteps, "Give 0 for each epoch");
        atLeast(0, "saveTotalLimit", saveTotalLimit, "Give 0 to keep all");
        atLeast(1, "loggingSteps", loggingSteps, "Give a large number for few lines");
        atLeast(0, "earlyStoppingPatience", earlyStoppingPatience, "Give 0 to train to the end");
        double threshold = earlyStoppingThreshold;
        within("earlyStoppingThreshold", threshold, threshold >= 0, "from 0", "Usual: 0");
        boolean stops = threshold == 0 || earlyStoppingPatience > 0;
        together(stops, "earlyStoppingThreshold", "patience 0", "Set earlyStoppingPatience");
        boolean resumes = !resumeFromCheckpoint || outputDir != null;
        together(resumes, "resumeFromCheckpoint", "no outputDir", "Set that of the last run");
    }

    private static boolean isShare(double value) {
        return value >= 0 && value < 1;
    }

    private static void atLeast(int least, String name, int value, String cure) {
        within(name, value, value >= least, "at least " + least, cure);
    }

    private static void within(String name, Number value, boolean holds, String rule, String cure) {
        if (!holds || !Double.isFinite(value.doubleValue())) {
            throw new IllegalArgumentException(
                    "%s %s is refused: it must be finite and %s. %s."
                            .formatted(name, value, rule, cure));
        }
    }

    private static void together(boolean holds, String one, String other, String cure) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s beside %s has no effect. %s.".formatted(one, other, cure));
        }
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
        return maxSteps > 0 ? maxSteps : (long) epochs * stepsPerEpoch(batchesPerEpoch);
    }

    /** Optimizer steps an epoch; the last one may have fewer batches than the others. */
    public int stepsPerEpoch(int batchesPerEpoch) {
        return IntMath.divide(batchesPerEpoch, gradientAccumulationSteps, RoundingMode.CEILING);
    }

    /** Steps of the warm-up in a run of this length; a share is rounded up. */
    public long warmupSteps(long totalSteps) {
        return warmupRatio == 0 ? warmupSteps : (long) Math.ceil(totalSteps * warmupRatio);
    }

    /** The learning rate of a step, counted from 0. */
    public double learningRate(long step, long totalSteps) {
        return learningRate * schedule.multiplier(step, warmupSteps(totalSteps), totalSteps);
    }

    /** Starts from Hugging Face's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects arguments; {@link #build} checks them. */
    public static final class Builder {

        private double learningRate = 5e-5;
        private int epochs = 3;
        private int maxSteps = -1;
        private int perDeviceTrainBatchSize = 8;
        private int perDeviceEvalBatchSize = 8;
        private int gradientAccumulationSteps = 1;
        private double maxGradNorm = 1.0;
        private double weightDecay;
        private double adamBeta1 = 0.9;
        private double adamBeta2 = 0.999;
        private double adamEpsilon = 1e-8;
        private LearningRateSchedule schedule = LearningRateSchedule.LINEAR;
        private int warmupSteps;
        private double warmupRatio;
        private long seed = 42;
        private OptionalLong dataSeed = OptionalLong.empty();
        private int evalSteps;
        private int saveSteps = 500;
        private int saveTotalLimit;
        private int loggingSteps = 500;
        private @Nullable Path outputDir;
        private boolean loadBestModelAtEnd;
        private String metricForBestModel = "loss";
        private @Nullable Boolean greaterIsBetter;
        private int earlyStoppingPatience;
        private double earlyStoppingThreshold;
        private boolean resumeFromCheckpoint;

        private Builder() {}

        /** Peak learning rate of AdamW, over 0. */
        public Builder optLearningRate(double value) {
            learningRate = value;
            return this;
        }

        /** Passes over the training examples, at least 1. */
        public Builder optEpochs(int value) {
            epochs = value;
            return this;
        }

        /** Optimizer steps in all, in place of {@code epochs}. */
        public Builder optMaxSteps(int value) {
            maxSteps = value;
            return this;
        }

        /** Examples a forward pass of training. */
        public Builder optPerDeviceTrainBatchSize(int value) {
            perDeviceTrainBatchSize = value;
            return this;
        }

        /** Examples a forward pass of evaluation. */
        public Builder optPerDeviceEvalBatchSize(int value) {
            perDeviceEvalBatchSize = value;
            return this;
        }

        /** Batches whose gradients make one optimizer step. */
        public Builder optGradientAccumulationSteps(int value) {
            gradientAccumulationSteps = value;
            return this;
        }

        /** Norm that gradients are clipped to, 0 for no clipping. */
        public Builder optMaxGradNorm(double value) {
            maxGradNorm = value;
            return this;
        }

        /** Decoupled weight decay of AdamW. */
        public Builder optWeightDecay(double value) {
            weightDecay = value;
            return this;
        }

        /** Decay of the mean of gradients, in [0, 1). */
        public Builder optAdamBeta1(double value) {
            adamBeta1 = value;
            return this;
        }

        /** Decay of the mean of squared gradients, in [0, 1). */
        public Builder optAdamBeta2(double value) {
            adamBeta2 = value;
            return this;
        }

        /** Added to the root of the latter, over 0. */
        public Builder optAdamEpsilon(double value) {
            adamEpsilon = value;
            return this;
        }

        /** Course of the learning rate. */
        public Builder optSchedule(LearningRateSchedule value) {
            schedule = value;
            return this;
        }

        /** Steps of the warm-up. */
        public Builder optWarmupSteps(int value) {
            warmupSteps = value;
            return this;
        }

        /** Share of all steps for the warm-up, in [0, 1), in place of {@code warmupSteps}. */
        public Builder optWarmupRatio(double value) {
            warmupRatio = value;
            return this;
        }

        /** Seed of dropout and initialisation. */
        public Builder optSeed(long value) {
            seed = value;
            return this;
        }

        /** Seed of the order of examples. */
        public Builder optDataSeed(long value) {
            dataSeed = OptionalLong.of(value);
            return this;
        }

        /** Steps between evaluations, 0 for one after each epoch. */
        public Builder optEvalSteps(int value) {
            evalSteps = value;
            return this;
        }

        /** Steps between checkpoints, 0 for one after each epoch. */
        public Builder optSaveSteps(int value) {
            saveSteps = value;
            return this;
        }

        /** Checkpoints that are kept, 0 for all. */
        public Builder optSaveTotalLimit(int value) {
            saveTotalLimit = value;
            return this;
        }

        /** Steps between log lines. */
        public Builder optLoggingSteps(int value) {
            loggingSteps = value;
            return this;
        }

        /** Directory of the checkpoints. */
        public Builder optOutputDir(Path value) {
            outputDir = value;
            return this;
        }

        /** Whether the best evaluation's adapter is restored in the end. */
        public Builder optLoadBestModelAtEnd(boolean value) {
            loadBestModelAtEnd = value;
            return this;
        }

        /** Figure that tells which evaluation is best. */
        public Builder optMetricForBestModel(String value) {
            metricForBestModel = value;
            return this;
        }

        /** Whether a greater figure is better. */
        public Builder optGreaterIsBetter(boolean value) {
            greaterIsBetter = value;
            return this;
        }

        /** Evaluations without improvement after which training stops, 0 for never. */
        public Builder optEarlyStoppingPatience(int value) {
            earlyStoppingPatience = value;
            return this;
        }

        /** Least improvement that counts. */
        public Builder optEarlyStoppingThreshold(double value) {
            earlyStoppingThreshold = value;
            return this;
        }

        /** Whether to go on from the last checkpoint in {@code outputDir}. */
        public Builder optResumeFromCheckpoint(boolean value) {
            resumeFromCheckpoint = value;
            return this;
        }

        /** The arguments. */
        public TrainingArguments build() {
            return new TrainingArguments(
                    learningRate,
                    epochs,
                    maxSteps,
                    perDeviceTrainBatchSize,
                    perDeviceEvalBatchSize,
                    gradientAccumulationSteps,
                    maxGradNorm,
                    weightDecay,
                    adamBeta1,
                    adamBeta2,
                    adamEpsilon,
                    schedule,
                    warmupSteps,
                    warmupRatio,
                    seed,
                    dataSeed.orElse(seed),
                    evalSteps,
                    saveSteps,
                    saveTotalLimit,
                    loggingSteps,
                    outputDir,
                    loadBestModelAtEnd,
                    metricForBestModel,
                    greaterIsBetter == null
                            ? !metricForBestModel.endsWith("loss")
                            : greaterIsBetter,
                    earlyStoppingPatience,
                    earlyStoppingThreshold,
                    resumeFromCheckpoint);
        }
    }
}
