package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.metric.Accuracy;
import io.github.peft4j.task.train.config.LearningRateSchedule;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.config.TrainingArgumentsBuilder;
import io.github.peft4j.task.train.optim.ParameterGrouping;
import io.github.peft4j.task.train.report.BatchReport;
import io.github.peft4j.task.train.report.Evaluation;
import io.github.peft4j.task.train.report.LogEntry;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeftTrainerTest {

    private static final ToyTokens TRAIN = ToyTokens.of(48, 1);
    private static final ToyTokens VALIDATION = ToyTokens.of(18, 2);

    private TransformerModel base;
    private PeftModel model;

    @BeforeEach
    void load() throws IOException {
        base = ToyModels.base();
        model = ToyModels.lora(base);
    }

    @AfterEach
    void close() {
        model.close();
        base.close();
    }

    private static TrainingArgumentsBuilder arguments() {
        return TrainingArguments.builder().optLearningRate(1e-2).optEpochs(2);
    }

    /** Remembers what it is told. */
    private static final class Memory implements TrainerListener {
        private final List<StepReport> steps = new ArrayList<>();
        private final List<Evaluation> evaluations = new ArrayList<>();
        private final List<String> events = new ArrayList<>();
        private final List<TrainingResult> results = new ArrayList<>();

        @Override
        public void onBatch(BatchReport report) {
            assertThat(report.output().logits().getShape().get(0)).isEqualTo(report.batch().size());
            events.add("batch");
        }

        @Override
        public void onStep(StepReport report) {
            steps.add(report);
            events.add("step");
        }

        @Override
        public void onEvaluate(Evaluation evaluation) {
            evaluations.add(evaluation);
            events.add("evaluate");
        }

        @Override
        public void onEpoch(int epoch) {
            events.add("epoch " + epoch);
        }

        @Override
        public void onEnd(TrainingResult result) {
            results.add(result);
            events.add("end");
        }
    }

    @Test
    void learnsAndFindsItAgainInPredictions() throws IOException {
        PeftTrainer trainer =
                PeftTrainer.builder(model, arguments().optEpochs(12).build())
                        .addMetric(Accuracy::new)
                        .build();
        Map<String, Double> before = trainer.evaluate(VALIDATION);

        TrainingResult result = trainer.fit(TRAIN, VALIDATION);

        Map<String, Double> after = trainer.evaluate(VALIDATION);
        assertThat(result.steps()).isEqualTo(72);
        assertThat(after.get("loss")).isLessThan(figure(before, "loss") / 2);
        float[][] logits = trainer.predict(VALIDATION);
        int right = 0;
        for (int i = 0; i < logits.length; i++) {
            float[] row = logits[i];
            int best = row[0] > row[1] ? (row[0] > row[2] ? 0 : 2) : row[1] > row[2] ? 1 : 2;
            right += best == VALIDATION.label(i) ? 1 : 0;
        }
        assertThat(right / 18.0).isEqualTo(after.get("accuracy")).isGreaterThan(0.8);
    }

    @Test
    void tellsListenersEverythingInOrder() throws IOException {
        Memory memory = new Memory();
        TrainingArguments arguments =
                arguments()
                        .optPerDeviceTrainBatchSize(16)
                        .optGradientAccumulationSteps(2)
                        .optEpochs(1)
                        .build();

        TrainingResult result =
                PeftTrainer.builder(model, arguments)
                        .addListener(memory)
                        .build()
                        .fit(TRAIN, VALIDATION);

        assertThat(memory.events)
                .containsExactly(
                        "batch", "batch", "step", "batch", "step", "evaluate", "epoch 1", "end");
        assertThat(memory.steps).extracting(StepReport::examples).containsExactly(32, 16);
        assertThat(memory.steps).extracting(StepReport::epoch).containsExactly(2 / 3.0, 1.0);
        assertThat(memory.steps).allMatch(step -> step.seconds() > 0 && step.gradientNorm() > 0);
        assertThat(memory.results).containsExactly(result);
        assertThat(result.finalLoss()).isEqualTo(memory.steps.get(1).loss());
        assertThat(result.meanLoss())
                .isEqualTo((memory.steps.get(0).loss() + memory.steps.get(1).loss()) / 2);
        assertThat(result.bestMetric()).hasValue(loss(memory.evaluations, 0));
        assertThat(result.history())
                .containsExactly(
                        new LogEntry(
                                2,
                                1,
                                ImmutableMap.of("eval_loss", result.bestMetric().getAsDouble())));
    }

    @Test
    void accumulatesTwoBatchesOfEightToOneOfSixteen() throws IOException {
        TrainingArguments once = arguments().optMaxSteps(4).optMaxGradNorm(0).build();
        TrainingArguments twice =
                arguments()
                        .optMaxSteps(4)
                        .optMaxGradNorm(0)
                        .optGradientAccumulationSteps(2)
                        .build();
        // Sixteen rows in one batch are the same sixteen in two where nothing is shuffled.
        BatchLoader sixteen = loader(16);
        BatchLoader eight = loader(8);

        try (PeftModel other = ToyModels.lora(base)) {
            TrainingResult expected = new PeftTrainer(model, once).fit(sixteen, null);
            TrainingResult result = new PeftTrainer(other, twice).fit(eight, null);

            assertThat(result.finalLoss()).isCloseTo(expected.finalLoss(), within(1e-5));
            Map<String, Parameter> ours = other.trainableTensors();
            model.trainableTensors()
                    .forEach(
                            (name, p) ->
                                    Tensors.assertClose(
                                            array(ours, name), p.getArray(), 1e-5, name));
        }
    }

    private static BatchLoader loader(int size) {
        return BatchLoader.builder(TRAIN).optBatchSize(size).build();
    }

    @Test
    void countsABatchByItsExamples() throws IOException {
        // 12 rows as 8 and 4 are the step of 12, not the mean of two means.
        ToyTokens twelve = ToyTokens.of(12, 3);
        BatchLoader whole = BatchLoader.builder(twelve).optBatchSize(12).build();
        BatchLoader uneven = BatchLoader.builder(twelve).optBatchSize(8).build();
        Memory expected = new Memory();
        Memory memory = new Memory();

        PeftTrainer.builder(model, arguments().optEpochs(1).build())
                .addListener(expected)
                .build()
                .fit(whole, null);
        try (PeftModel other = ToyModels.lora(base)) {
            TrainingArguments two =
                    arguments().optEpochs(1).optGradientAccumulationSteps(2).build();
            PeftTrainer.builder(other, two).addListener(memory).build().fit(uneven, null);
        }

        assertThat(memory.steps.get(0).loss())
                .isCloseTo(expected.steps.get(0).loss(), within(1e-6));
        assertThat(memory.steps.get(0).gradientNorm())
                .isCloseTo(expected.steps.get(0).gradientNorm(), within(1e-5));
    }

    @Test
    void appliesTheScheduleFromStepZero() throws IOException {
        Memory memory = new Memory();
        TrainingArguments arguments =
                arguments().optMaxSteps(5).optWarmupSteps(2).optLearningRate(1).build();
        Map<String, byte[]> start = ToyModels.bytes(model.trainableTensors());
        List<Boolean> moved = new ArrayList<>();

        PeftTrainer.builder(model, arguments)
                .addListener(memory)
                .addListener(
                        new TrainerListener() {
                            @Override
                            public void onStep(StepReport report) {
                                moved.add(
                                        !ToyModels.same(
                                                start, ToyModels.bytes(model.trainableTensors())));
                            }
                        })
                .build()
                .fit(TRAIN, null);

        assertThat(memory.steps)
                .extracting(StepReport::learningRate)
                .containsExactly(0.0, 0.5, 1.0, 2 / 3.0, 1 / 3.0);
        assertThat(moved).containsExactly(false, true, true, true, true);
    }

    @Test
    void logsTheMeanLossSinceTheLineBefore() throws IOException {
        Memory memory = new Memory();
        TrainingArguments arguments = arguments().optMaxSteps(5).optLoggingSteps(2).build();

        TrainingResult result =
                PeftTrainer.builder(model, arguments).addListener(memory).build().fit(TRAIN, null);

        assertThat(result.history()).extracting(LogEntry::step).containsExactly(2L, 4L);
        assertThat(result.history().get(1).figures().get("loss"))
                .isCloseTo(
                        (memory.steps.get(2).loss() + memory.steps.get(3).loss()) / 2,
                        Offset.offset(1e-12));
    }

    @Test
    void stopsWhenPatienceRunsOutAndBringsTheBestBack() throws IOException {
        Memory memory = new Memory();
        List<Map<String, byte[]>> states = new ArrayList<>();
        TrainingArguments arguments =
                arguments()
                        .optLearningRate(3) // so high that the loss soon rises
                        .optSchedule(LearningRateSchedule.CONSTANT)
                        .optMaxSteps(40)
                        .optEvalSteps(1)
                        .optEarlyStoppingPatience(3)
                        .optLoadBestModelAtEnd(true)
                        .build();

        TrainingResult result =
                PeftTrainer.builder(model, arguments)
                        .addListener(memory)
                        .addListener(
                                new TrainerListener() {
                                    @Override
                                    public void onEvaluate(Evaluation evaluation) {
                                        states.add(ToyModels.bytes(model.trainableTensors()));
                                    }
                                })
                        .build()
                        .fit(TRAIN, VALIDATION);

        int best = 0;
        List<Evaluation> evaluations = memory.evaluations;
        for (int i = 1; i < evaluations.size(); i++) {
            best = loss(evaluations, i) < loss(evaluations, best) ? i : best;
        }
        assertThat(result.stoppedEarly()).isTrue();
        assertThat(result.steps()).isLessThan(40);
        assertThat(evaluations).hasSize(best + 4);
        assertThat(result.bestStep()).hasValue(best + 1);
        assertThat(result.bestMetric()).hasValue(loss(evaluations, best));
        assertThat(evaluations.get(best).best()).isTrue();
        Map<String, byte[]> end = ToyModels.bytes(model.trainableTensors());
        assertThat(ToyModels.same(end, states.get(best))).isTrue();
        assertThat(ToyModels.same(end, states.get(states.size() - 1))).isFalse();
    }

    private static double loss(List<Evaluation> evaluations, int index) {
        return figure(evaluations.get(index).figures(), "loss");
    }

    private static double figure(Map<String, Double> figures, String name) {
        return figures.getOrDefault(name, Double.NaN);
    }

    private static NDArray array(Map<String, Parameter> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name), name).getArray();
    }

    @Test
    void refusesAnAdapterThatDoesNotTrain() throws IOException {
        model.freezeParameters(true);
        PeftTrainer trainer = new PeftTrainer(model, arguments().build());

        assertThatThrownBy(() -> trainer.fit(TRAIN, null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("are frozen though their adapter trains")
                .hasMessageContaining("lora_A.weight")
                .hasMessageContaining("Call setAdapter");
    }

    @Test
    void refusesAModelWhoseAdaptersAreSwitchedOff() {
        PeftTrainer trainer = new PeftTrainer(model, arguments().build());

        try (var off = model.disableAdapter()) {
            assertThatThrownBy(() -> trainer.fit(TRAIN, null))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("have nothing to train");
        }
    }

    @Test
    void refusesATensorThatAnInactiveAdapterTrains() {
        model.copyAdapter("default", "other");
        model.adapter("other").setTraining(true);
        PeftTrainer trainer = new PeftTrainer(model, arguments().build());

        assertThatThrownBy(() -> trainer.fit(TRAIN, null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no active adapter trains them")
                .hasMessageContaining("other.");
    }

    @Test
    void refusesEarlyStoppingWithoutValidation() {
        TrainingArguments arguments = arguments().optEarlyStoppingPatience(1).build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PeftTrainer(model, arguments).fit(TRAIN, null))
                .withMessageContaining("validation is null");
    }

    @Test
    void refusesAnUnknownFigure() {
        TrainingArguments arguments = arguments().optMetricForBestModel("eval_f1").build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PeftTrainer(model, arguments).fit(TRAIN, VALIDATION))
                .withMessageContaining("'eval_f1' is none of [loss]");
    }

    @Test
    void stopsAtALossThatIsNotFiniteAndNamesTheStep() {
        TrainingArguments arguments =
                arguments().optLearningRate(1e30).optMaxSteps(10).optMaxGradNorm(0).build();
        List<Map<String, byte[]>> states = new ArrayList<>();
        PeftTrainer trainer =
                PeftTrainer.builder(model, arguments)
                        .addListener(
                                new TrainerListener() {
                                    @Override
                                    public void onStep(StepReport report) {
                                        states.add(ToyModels.bytes(model.trainableTensors()));
                                    }
                                })
                        .build();

        assertThatThrownBy(() -> trainer.fit(TRAIN, null))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageMatching("The (loss|gradient norm) of step 2 is NaN.*")
                .hasMessageContaining("Lower the learning rate");
        assertThat(states).hasSize(1);
        assertThat(ToyModels.same(states.get(0), ToyModels.bytes(model.trainableTensors())))
                .isTrue();
    }

    @Test
    void refusesGroupsThatForgetATensor() {
        PeftTrainer trainer =
                PeftTrainer.builder(model, arguments().build())
                        .optParameterGrouping(
                                trainable ->
                                        ParameterGrouping.byDecay(0).group(trainable).subList(0, 1))
                        .build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> trainer.fit(TRAIN, null))
                .withMessageContaining("Put each into one group");
    }
}
