package io.github.peft4j.task.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TrainingArgumentsTest {

    private static void refuses(UnaryOperator<TrainingArgumentsBuilder> change, String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> change.apply(TrainingArguments.builder()).build())
                .withMessageContaining(text);
    }

    @Test
    void hasTheDefaultsOfHuggingFace() {
        TrainingArguments arguments = TrainingArguments.builder().build();

        assertThat(arguments.learningRate()).isEqualTo(5e-5);
        assertThat(arguments.epochs()).isEqualTo(3);
        assertThat(arguments.maxSteps()).isEqualTo(-1);
        assertThat(arguments.perDeviceTrainBatchSize()).isEqualTo(8);
        assertThat(arguments.perDeviceEvalBatchSize()).isEqualTo(8);
        assertThat(arguments.gradientAccumulationSteps()).isEqualTo(1);
        assertThat(arguments.maxGradNorm()).isEqualTo(1.0);
        assertThat(arguments.weightDecay()).isZero();
        assertThat(arguments.adamBeta1()).isEqualTo(0.9);
        assertThat(arguments.adamBeta2()).isEqualTo(0.999);
        assertThat(arguments.adamEpsilon()).isEqualTo(1e-8);
        assertThat(arguments.schedule()).isSameAs(LearningRateSchedule.LINEAR);
        assertThat(arguments.warmupSteps()).isZero();
        assertThat(arguments.warmupRatio()).isZero();
        assertThat(arguments.seed()).isEqualTo(42);
        assertThat(arguments.dataSeed()).isEqualTo(42);
        assertThat(arguments.evalSteps()).isZero();
        assertThat(arguments.saveSteps()).isEqualTo(500);
        assertThat(arguments.saveTotalLimit()).isZero();
        assertThat(arguments.loggingSteps()).isEqualTo(500);
        assertThat(arguments.outputDir()).isNull();
        assertThat(arguments.loadBestModelAtEnd()).isFalse();
        assertThat(arguments.metricForBestModel()).isEqualTo("loss");
        assertThat(arguments.greaterIsBetter()).isFalse();
        assertThat(arguments.earlyStoppingPatience()).isZero();
        assertThat(arguments.earlyStoppingThreshold()).isZero();
        assertThat(arguments.resumeFromCheckpoint()).isFalse();
    }

    @Test
    void keepsWhatItIsGiven() {
        TrainingArguments arguments =
                TrainingArguments.builder()
                        .optLearningRate(1e-3)
                        .optEpochs(4)
                        .optMaxSteps(100)
                        .optPerDeviceTrainBatchSize(32)
                        .optPerDeviceEvalBatchSize(64)
                        .optGradientAccumulationSteps(2)
                        .optMaxGradNorm(0)
                        .optWeightDecay(0.01)
                        .optAdamBeta1(0.8)
                        .optAdamBeta2(0.99)
                        .optAdamEpsilon(1e-6)
                        .optSchedule(LearningRateSchedule.COSINE)
                        .optWarmupSteps(6)
                        .optSeed(1)
                        .optDataSeed(2)
                        .optEvalSteps(10)
                        .optSaveSteps(20)
                        .optSaveTotalLimit(2)
                        .optLoggingSteps(5)
                        .optOutputDir(Path.of("out"))
                        .optLoadBestModelAtEnd(true)
                        .optMetricForBestModel("eval_loss")
                        .optGreaterIsBetter(true)
                        .optEarlyStoppingPatience(3)
                        .optEarlyStoppingThreshold(0.1)
                        .optResumeFromCheckpoint(true)
                        .build();

        assertThat(arguments.learningRate()).isEqualTo(1e-3);
        assertThat(arguments.epochs()).isEqualTo(4);
        assertThat(arguments.maxSteps()).isEqualTo(100);
        assertThat(arguments.perDeviceTrainBatchSize()).isEqualTo(32);
        assertThat(arguments.perDeviceEvalBatchSize()).isEqualTo(64);
        assertThat(arguments.gradientAccumulationSteps()).isEqualTo(2);
        assertThat(arguments.maxGradNorm()).isZero();
        assertThat(arguments.weightDecay()).isEqualTo(0.01);
        assertThat(arguments.adamBeta1()).isEqualTo(0.8);
        assertThat(arguments.adamBeta2()).isEqualTo(0.99);
        assertThat(arguments.adamEpsilon()).isEqualTo(1e-6);
        assertThat(arguments.schedule()).isSameAs(LearningRateSchedule.COSINE);
        assertThat(arguments.warmupSteps()).isEqualTo(6);
        assertThat(arguments.warmupRatio()).isZero();
        assertThat(arguments.seed()).isEqualTo(1);
        assertThat(arguments.dataSeed()).isEqualTo(2);
        assertThat(arguments.evalSteps()).isEqualTo(10);
        assertThat(arguments.saveSteps()).isEqualTo(20);
        assertThat(arguments.saveTotalLimit()).isEqualTo(2);
        assertThat(arguments.loggingSteps()).isEqualTo(5);
        assertThat(arguments.outputDir()).isEqualTo(Path.of("out"));
        assertThat(arguments.loadBestModelAtEnd()).isTrue();
        assertThat(arguments.metricForBestModel()).isEqualTo("eval_loss");
        assertThat(arguments.greaterIsBetter()).isTrue();
        assertThat(arguments.earlyStoppingPatience()).isEqualTo(3);
        assertThat(arguments.earlyStoppingThreshold()).isEqualTo(0.1);
        assertThat(arguments.resumeFromCheckpoint()).isTrue();
        assertThat(arguments.toBuilder().build()).isEqualTo(arguments).hasSameHashCodeAs(arguments);
        assertThat(arguments.toBuilder().optSeed(3).build()).isNotEqualTo(arguments);
    }

    @Test
    void ordersExamplesByTheSeedUnlessToldOtherwise() {
        assertThat(TrainingArguments.builder().optSeed(7).build().dataSeed()).isEqualTo(7);
    }

    @Test
    void takesAGreaterFigureForBetterUnlessItIsALoss() {
        assertThat(
                        TrainingArguments.builder()
                                .optMetricForBestModel("accuracy")
                                .build()
                                .greaterIsBetter())
                .isTrue();
        assertThat(
                        TrainingArguments.builder()
                                .optMetricForBestModel("eval_loss")
                                .build()
                                .greaterIsBetter())
                .isFalse();
    }

    @Test
    void countsStepsAsHuggingFaceDoes() {
        TrainingArguments arguments =
                TrainingArguments.builder()
                        .optEpochs(3)
                        .optGradientAccumulationSteps(4)
                        .optWarmupRatio(0.06)
                        .build();

        assertThat(arguments.stepsPerEpoch(87)).isEqualTo(22);
        assertThat(arguments.totalSteps(87)).isEqualTo(66);
        assertThat(arguments.warmupSteps(66)).isEqualTo(4);
        assertThat(arguments.learningRate(2, 66)).isEqualTo(5e-5 * 0.5);
        assertThat(TrainingArguments.builder().optMaxSteps(10).build().totalSteps(87))
                .isEqualTo(10);
        assertThat(TrainingArguments.builder().optWarmupSteps(9).build().warmupSteps(66))
                .isEqualTo(9);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> arguments.totalSteps(0))
                .withMessageContaining("batchesPerEpoch 0");
    }

    @Test
    void refusesValuesOutOfRange() {
        refuses(
                b -> b.optLearningRate(0),
                "learning_rate is 0.0; it must be finite and over 0. Usual: 1e-4 to 1e-3.");
        refuses(b -> b.optLearningRate(Double.POSITIVE_INFINITY), "learning_rate is Infinity");
        refuses(b -> b.optEpochs(0), "num_train_epochs is 0; it must be at least 1");
        refuses(b -> b.optMaxSteps(0), "max_steps is 0");
        refuses(b -> b.optPerDeviceTrainBatchSize(0), "per_device_train_batch_size is 0");
        refuses(b -> b.optPerDeviceEvalBatchSize(-1), "per_device_eval_batch_size is -1");
        refuses(b -> b.optGradientAccumulationSteps(0), "gradient_accumulation_steps is 0");
        refuses(
                b -> b.optMaxGradNorm(-1),
                "max_grad_norm is -1.0; it must be finite and at least 0. Pass 0 for no");
        refuses(b -> b.optWeightDecay(Double.NaN), "weight_decay is NaN");
        refuses(b -> b.optAdamBeta1(1), "adam_beta1 is 1.0");
        refuses(b -> b.optAdamBeta2(-0.1), "adam_beta2 is -0.1");
        refuses(b -> b.optAdamEpsilon(0), "adam_epsilon is 0.0");
        refuses(b -> b.optWarmupSteps(-1), "warmup_steps is -1");
        refuses(b -> b.optWarmupRatio(1), "warmup_ratio is 1.0");
        refuses(b -> b.optEvalSteps(-1), "eval_steps is -1");
        refuses(b -> b.optSaveSteps(-1), "save_steps is -1");
        refuses(b -> b.optLoggingSteps(0), "logging_steps is 0");
        refuses(b -> b.optEarlyStoppingPatience(-1), "early_stopping_patience is -1");
        refuses(
                b -> b.optEarlyStoppingPatience(1).optEarlyStoppingThreshold(-1),
                "early_stopping_threshold is -1.0");
    }

    @Test
    void refusesPairsOfWhichOneHasNoEffect() {
        refuses(
                b -> b.optWarmupSteps(5).optWarmupRatio(0.1),
                "warmup_ratio beside warmup_steps has no effect. Give one of the two.");
        refuses(
                b -> b.optSchedule(LearningRateSchedule.CONSTANT).optWarmupSteps(5),
                "Use CONSTANT_WITH_WARMUP");
        refuses(b -> b.optEarlyStoppingThreshold(0.1), "Set early_stopping_patience");
        refuses(
                b -> b.optResumeFromCheckpoint(true),
                "resume_from_checkpoint beside no output_dir");
        refuses(
                b -> b.optEvalStrategy(IntervalStrategy.NO).optLoadBestModelAtEnd(true),
                "load_best_model_at_end beside eval_strategy \"no\" has no effect.");
        refuses(
                b -> b.optEvalStrategy(IntervalStrategy.NO).optEarlyStoppingPatience(1),
                "early_stopping_patience beside eval_strategy \"no\"");
        refuses(
                b -> b.optSaveSteps(0).optSaveStrategy(IntervalStrategy.STEPS),
                "save_steps 0 beside save_strategy \"steps\" has no effect. Set save_steps, or");
    }

    @Test
    void takesStepsForAStrategy() {
        TrainingArguments steps =
                TrainingArguments.builder().optEvalSteps(10).optSaveSteps(0).build();

        assertThat(steps.evalStrategy()).isEqualTo(IntervalStrategy.STEPS);
        assertThat(steps.saveStrategy()).isEqualTo(IntervalStrategy.EPOCH);
        assertThat(steps.saveSteps()).isZero();
        assertThat(steps.toBuilder().optEvalSteps(0).build().evalStrategy())
                .isEqualTo(IntervalStrategy.EPOCH);
        assertThat(
                        TrainingArguments.builder()
                                .optEvalStrategy(IntervalStrategy.STEPS)
                                .optLoggingSteps(7)
                                .build()
                                .evalSteps())
                .isEqualTo(7);
    }

    @Test
    void keepsAShareForTheWarmupUntilItIsChanged() {
        TrainingArguments share = TrainingArguments.builder().optWarmupRatio(0.06).build();

        assertThat(share.warmupRatio()).isEqualTo(0.06);
        assertThat(share.warmupSteps()).isZero();
        assertThat(share.toBuilder().optWarmupRatio(0.1).build().warmupRatio()).isEqualTo(0.1);
        TrainingArguments steps = share.toBuilder().optWarmupSteps(5).build();
        assertThat(steps.warmupSteps()).isEqualTo(5);
        assertThat(steps.warmupRatio()).isZero();
    }
}
