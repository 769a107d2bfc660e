package io.github.peft4j.task.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TrainingArgumentsTest {

    private static void refuses(UnaryOperator<TrainingArguments.Builder> change, String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> change.apply(TrainingArguments.builder()).build())
                .withMessageContaining(text);
    }

    @Test
    void hasTheDefaultsOfHuggingFace() {
        assertThat(TrainingArguments.builder().build())
                .isEqualTo(
                        new TrainingArguments(
                                5e-5,
                                3,
                                -1,
                                8,
                                8,
                                1,
                                1.0,
                                0.0,
                                0.9,
                                0.999,
                                1e-8,
                                LearningRateSchedule.LINEAR,
                                0,
                                0.0,
                                42,
                                42,
                                0,
                                500,
                                0,
                                500,
                                null,
                                false,
                                "loss",
                                false,
                                0,
                                0.0,
                                false));
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

        assertThat(arguments)
                .isEqualTo(
                        new TrainingArguments(
                                1e-3,
                                4,
                                100,
                                32,
                                64,
                                2,
                                0,
                                0.01,
                                0.8,
                                0.99,
                                1e-6,
                                LearningRateSchedule.COSINE,
                                6,
                                0,
                                1,
                                2,
                                10,
                                20,
                                2,
                                5,
                                Path.of("out"),
                                true,
                                "eval_loss",
                                true,
                                3,
                                0.1,
                                true));
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
                "learningRate 0.0 is refused: it must be finite and over 0");
        refuses(b -> b.optLearningRate(Double.POSITIVE_INFINITY), "learningRate Infinity");
        refuses(b -> b.optEpochs(0), "epochs 0 is refused: it must be finite and at least 1");
        refuses(b -> b.optMaxSteps(0), "maxSteps 0");
        refuses(b -> b.optPerDeviceTrainBatchSize(0), "perDeviceTrainBatchSize 0");
        refuses(b -> b.optPerDeviceEvalBatchSize(-1), "perDeviceEvalBatchSize -1");
        refuses(b -> b.optGradientAccumulationSteps(0), "gradientAccumulationSteps 0");
        refuses(b -> b.optMaxGradNorm(-1), "Give 0 for no clipping");
        refuses(b -> b.optWeightDecay(Double.NaN), "weightDecay NaN");
        refuses(b -> b.optAdamBeta1(1), "adamBeta1 1.0");
        refuses(b -> b.optAdamBeta2(-0.1), "adamBeta2 -0.1");
        refuses(b -> b.optAdamEpsilon(0), "adamEpsilon 0.0");
        refuses(b -> b.optWarmupSteps(-1), "warmupSteps -1");
        refuses(b -> b.optWarmupRatio(1), "warmupRatio 1.0");
        refuses(b -> b.optEvalSteps(-1), "evalSteps -1");
        refuses(b -> b.optSaveSteps(-1), "saveSteps -1");
        refuses(b -> b.optLoggingSteps(0), "loggingSteps 0");
        refuses(b -> b.optEarlyStoppingPatience(-1), "earlyStoppingPatience -1");
        refuses(
                b -> b.optEarlyStoppingPatience(1).optEarlyStoppingThreshold(-1),
                "earlyStoppingThreshold -1.0");
    }

    @Test
    void refusesPairsOfWhichOneHasNoEffect() {
        refuses(
                b -> b.optWarmupSteps(5).optWarmupRatio(0.1),
                "warmupRatio beside warmupSteps has no effect. Give one of the two.");
        refuses(
                b -> b.optSchedule(LearningRateSchedule.CONSTANT).optWarmupSteps(5),
                "Use CONSTANT_WITH_WARMUP");
        refuses(b -> b.optEarlyStoppingThreshold(0.1), "Set earlyStoppingPatience");
        refuses(b -> b.optResumeFromCheckpoint(true), "resumeFromCheckpoint beside no outputDir");
    }
}
