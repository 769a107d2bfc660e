package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.PeftModel;
import io.github.peft4j.task.metric.Accuracy;
import io.github.peft4j.task.metric.Metric;
import io.github.peft4j.task.train.config.IntervalStrategy;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.config.TrainingArgumentsBuilder;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A training that is stopped, and resumed from the checkpoint that this leaves. */
class StopTest {

    private static final ToyTokens TRAIN = ToyTokens.of(40, 1);
    private static final ToyTokens VALIDATION = ToyTokens.of(20, 2);

    @TempDir private Path directory;
    private TransformerModel base;
    private final List<Double> losses = new ArrayList<>();

    @BeforeEach
    void load() throws IOException {
        base = ToyModels.base(0.1);
    }

    @AfterEach
    void close() {
        Thread.interrupted();
        base.close();
    }

    /** 5 shuffled batches an epoch, 3 steps an epoch, 9 steps in all, dropout in all layers. */
    private TrainingArgumentsBuilder arguments(String folder) {
        return TrainingArguments.builder()
                .optLearningRate(5e-3)
                .optEpochs(3)
                .optWarmupSteps(2)
                .optGradientAccumulationSteps(2)
                .optLoggingSteps(2)
                .optEvalSteps(3)
                .optSaveStrategy(IntervalStrategy.NO)
                .optMetricForBestModel("accuracy")
                .optLoadBestModelAtEnd(true)
                .optEarlyStoppingPatience(3)
                .optEarlyStoppingThreshold(0.05)
                .optOutputDir(directory.resolve(folder));
    }

    /** How a training is stopped. */
    private enum Way {
        INTERRUPT,
        CALL,
        CALL_IN_EVALUATION,
        INTERRUPT_IN_EVALUATION
    }

    private final class Stops implements TrainerListener {
        private final Way way;
        private final long after;
        private PeftTrainer trainer;

        Stops(Way way, long after) {
            this.way = way;
            this.after = after;
        }

        @Override
        public void onStep(StepReport report) {
            losses.add(report.loss());
            if (report.step() == after && way == Way.INTERRUPT) {
                Thread.currentThread().interrupt();
            } else if (report.step() == after && way == Way.CALL) {
                assertThat(trainer.stop()).isTrue();
            }
        }

        Metric metric() {
            return new Metric() {
                private final Metric accuracy = new Accuracy();

                @Override
                public String name() {
                    return accuracy.name();
                }

                @Override
                public void update(int predicted, int label) {
                    if (losses.size() == after && way == Way.INTERRUPT_IN_EVALUATION) {
                        Thread.currentThread().interrupt();
                    } else if (losses.size() == after && way == Way.CALL_IN_EVALUATION) {
                        assertThat(trainer.stop()).isTrue();
                    }
                    accuracy.update(predicted, label);
                }

                @Override
                public double value() {
                    return accuracy.value();
                }
            };
        }
    }

    private TrainingResult train(PeftModel model, TrainingArguments arguments, Way way, long after)
            throws IOException {
        Stops stops = new Stops(way, after);
        stops.trainer =
                PeftTrainer.builder(model, arguments)
                        .addMetric(stops::metric)
                        .addListener(stops)
                        .build();
        TrainingResult result = stops.trainer.fit(TRAIN, VALIDATION);
        boolean interrupted = way == Way.INTERRUPT || way == Way.INTERRUPT_IN_EVALUATION;
        assertThat(Thread.interrupted()).isEqualTo(interrupted && after > 0);
        assertThat(stops.trainer.stop()).as("nothing runs any more").isFalse();
        return result;
    }

    private void stopsAndResumesToTheSameBits(
            UnaryOperator<TrainingArgumentsBuilder> change, Way way, long after)
            throws IOException {
        TrainingResult expected;
        Map<String, byte[]> expectedTensors;
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            TrainingArguments straight = change.apply(arguments("straight")).build();
            expected = train(model, straight, Way.CALL, -1);
            expectedTensors = ToyModels.bytes(model.trainableTensors());
        }
        assertThat(expected.stopped()).isFalse();
        List<Double> straight = List.copyOf(losses);
        losses.clear();
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            TrainingArguments first = change.apply(arguments("stopped")).build();
            TrainingResult result = train(model, first, way, after);

            assertThat(result.stopped()).isTrue();
            assertThat(result.steps()).isEqualTo(after);
        }
        assertThat(names("stopped")).contains("checkpoint-" + after);

        TrainingArguments again =
                change.apply(arguments("stopped")).optResumeFromCheckpoint(true).build();
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            TrainingResult result = train(model, again, Way.CALL, -1);

            assertThat(result).isEqualTo(expected);
            assertThat(ToyModels.same(ToyModels.bytes(model.trainableTensors()), expectedTensors))
                    .isTrue();
        }
        assertThat(straight).doesNotHaveDuplicates();
        assertThat(losses).isEqualTo(straight);
        assertThat(names("stopped")).noneMatch(name -> name.startsWith("."));
    }

    private List<String> names(String folder) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** In the middle of an epoch, at its end, where an evaluation is due, and before the end. */
    @ParameterizedTest
    @CsvSource({
        "INTERRUPT, 1",
        "CALL, 2",
        "INTERRUPT, 3",
        "CALL, 3",
        "CALL_IN_EVALUATION, 3",
        "INTERRUPT_IN_EVALUATION, 6",
        "CALL, 8",
        "CALL_IN_EVALUATION, 9"
    })
    void resumesToTheSameBits(Way way, long after) throws IOException {
        stopsAndResumesToTheSameBits(arguments -> arguments, way, after);
    }

    @ParameterizedTest
    @CsvSource({
        "INTERRUPT, 2",
        "INTERRUPT, 3",
        "CALL_IN_EVALUATION, 6",
        "INTERRUPT_IN_EVALUATION, 9"
    })
    void resumesWhatEvaluatesAndSavesOnceAnEpoch(Way way, long after) throws IOException {
        stopsAndResumesToTheSameBits(
                arguments -> arguments.optEvalSteps(0).optSaveSteps(0), way, after);
    }

    /** Every step is saved anyway, with batches that another thread makes. */
    @ParameterizedTest
    @ValueSource(longs = {3, 4})
    void stopsWhereACheckpointIsDueAnyway(long after) throws IOException {
        stopsAndResumesToTheSameBits(
                arguments -> arguments.optSaveSteps(1).optBatchesAhead(2), Way.INTERRUPT, after);
    }

    @Test
    void whatHasEndedIsNotStopped() throws IOException {
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            TrainingArguments arguments =
                    arguments("out")
                            .optEvalStrategy(IntervalStrategy.NO)
                            .optLoadBestModelAtEnd(false)
                            .optEarlyStoppingPatience(0)
                            .optEarlyStoppingThreshold(0)
                            .optMaxSteps(2)
                            .build();
            Stops stops = new Stops(Way.CALL, -1);
            TrainerListener late =
                    new TrainerListener() {
                        @Override
                        public void onEpoch(int epoch) {
                            stops.trainer.stop();
                        }
                    };
            stops.trainer = PeftTrainer.builder(model, arguments).addListener(late).build();

            assertThat(stops.trainer.fit(TRAIN, null).stopped()).isFalse();
        }
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @Test
    void aStopOfTheTrainingBeforeDoesNotCount() throws IOException {
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            TrainingArguments arguments = TrainingArguments.builder().optMaxSteps(3).build();
            Stops stops = new Stops(Way.CALL, 2);
            stops.trainer = PeftTrainer.builder(model, arguments).addListener(stops).build();

            assertThat(stops.trainer.stop()).isFalse();
            assertThat(stops.trainer.fit(TRAIN, null).steps()).isEqualTo(2);
            assertThat(losses).hasSize(2);
        }
    }
}
