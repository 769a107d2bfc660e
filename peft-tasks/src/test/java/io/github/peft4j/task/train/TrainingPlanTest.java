package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.train.config.PlanCheck;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.config.TrainingArgumentsBuilder;
import io.github.peft4j.task.train.plan.MachineMemory;
import io.github.peft4j.task.train.plan.PlannedBatch;
import io.github.peft4j.task.train.plan.PlannedMemory;
import io.github.peft4j.task.train.plan.PlannedTime;
import io.github.peft4j.task.train.plan.TrainingMeter;
import io.github.peft4j.task.train.plan.TrainingPlan;
import io.github.peft4j.task.train.plan.TrainingReport;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.tuner.adalora.AdaLoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plan says, and that it leaves no trace. */
class TrainingPlanTest {

    private static final ToyTokens TRAIN = ToyTokens.of(23, 1);
    private static final MachineMemory LARGE =
            new MachineMemory(1 << 20, 1L << 50, "MemAvailable", 1 << 20, 1 << 20);
    private static final MachineMemory SMALL =
            new MachineMemory(1 << 20, 1 << 20, "memory.max", 1 << 20, 1 << 20);

    @TempDir private Path folder;

    private TransformerModel base;

    @BeforeEach
    void load() throws IOException {
        base = ToyModels.base(0.1);
    }

    @AfterEach
    void close() {
        base.close();
    }

    private static TrainingArgumentsBuilder arguments() {
        return TrainingArguments.builder()
                .optPerDeviceTrainBatchSize(4)
                .optGradientAccumulationSteps(2)
                .optEpochs(2)
                .optLearningRate(1e-2);
    }

    /** Losses of the steps, and the adapter's bytes after them. */
    private record Trained(List<Double> losses, Map<String, byte[]> adapter) {
        boolean same(Trained other) {
            return losses.equals(other.losses) && ToyModels.same(adapter, other.adapter);
        }
    }

    private static Trained train(PeftModel model, TrainingArguments arguments) throws IOException {
        List<Double> losses = new ArrayList<>();
        TrainerListener listener =
                new TrainerListener() {
                    @Override
                    public void onStep(StepReport report) {
                        losses.add(report.loss());
                    }
                };
        PeftTrainer.builder(model, arguments)
                .addListener(listener)
                .optMachine(() -> LARGE)
                .build()
                .fit(TRAIN, null);
        return new Trained(losses, ToyModels.bytes(model.trainableTensors()));
    }

    private PeftModel lora() {
        return ToyModels.lora(base, 1, 0.1);
    }

    private PeftModel adaLora() {
        Engine.getEngine("PyTorch").setRandomSeed(1);
        return PeftModels.getPeftModel(
                base.block(),
                AdaLoraConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .optInitR(4)
                        .optTargetR(2)
                        .setTotalStep(6)
                        .optTinit(1)
                        .optTfinal(1)
                        .build());
    }

    @Test
    void countsTensorsExactly() {
        try (PeftModel model = lora()) {
            TrainingArguments arguments =
                    arguments().optLoadBestModelAtEnd(true).optOutputDir(folder).build();

            TrainingPlan plan = TrainingPlan.of(model, arguments, TRAIN);

            long numbers = model.trainableParameters().trainable();
            long weights =
                    base.parameters().values().stream()
                            .distinct()
                            .mapToLong(p -> p.getArray().size())
                            .sum();
            assertThat(plan.trainable()).isEqualTo(numbers);
            assertThat(plan.memory().base()).isEqualTo(4 * weights);
            assertThat(plan.memory().trainable()).isEqualTo(4 * numbers);
            assertThat(plan.memory().gradients()).isEqualTo(4 * numbers);
            assertThat(plan.memory().optimizer()).isEqualTo(8 * numbers);
            assertThat(plan.memory().best()).isEqualTo(4 * numbers);
            assertThat(plan.memory().checkpoint()).isEqualTo(16 * numbers);
            assertThat(plan.memory().extrapolated()).isFalse();
            assertThat(plan.batches()).isEqualTo(6);
            assertThat(plan.time().steps()).isEqualTo(arguments.totalSteps(6));
            assertThat(plan.time().total()).isEqualTo(plan.time().step() * plan.time().steps());
            assertThat(plan.describe()).contains("optimizer states", "time of a step");
        }
    }

    @Test
    void findsTheLargestBatchOfTheEpochs() {
        try (PeftModel model = lora()) {
            PlannedBatch largest = TrainingPlan.of(model, arguments().build(), TRAIN).largest();

            long most = 0;
            for (int epoch = 0; epoch < 2; epoch++) {
                var batches = TrainingPlan.batches(arguments().build(), TRAIN).iterator(epoch);
                while (batches.hasNext()) {
                    var batch = batches.next();
                    long tokens =
                            batch.indices().stream().mapToLong(row -> TRAIN.length(row)).sum();
                    most = Math.max(most, tokens + batch.shape().size());
                }
            }
            assertThat(largest.tokens() + (long) largest.rows() * largest.longest())
                    .isEqualTo(most);
        }
    }

    @Test
    void aTrainingAfterAPlanHasTheSameBits() throws IOException {
        Trained expected;
        try (PeftModel model = lora()) {
            expected = train(model, arguments().build());
        }
        try (PeftModel model = lora()) {
            Map<String, byte[]> adapter = ToyModels.bytes(model.trainableTensors());
            Map<String, byte[]> weights = ToyModels.bytes(base.parameters());
            TrainingPlan.of(model, arguments().build(), TRAIN);
            assertThat(ToyModels.same(adapter, ToyModels.bytes(model.trainableTensors()))).isTrue();
            assertThat(ToyModels.same(weights, ToyModels.bytes(base.parameters()))).isTrue();
            assertThat(train(model, arguments().build()).same(expected)).isTrue();
        }
        try (PeftModel model = lora()) {
            Trained planned = train(model, arguments().optPlan(PlanCheck.REFUSE).build());
            assertThat(planned.same(expected)).isTrue();
        }
    }

    @Test
    void aPlanDoesNotMoveTheRanksOfAdaLora() throws IOException {
        Trained expected;
        try (PeftModel model = adaLora()) {
            expected = train(model, arguments().build());
        }
        try (PeftModel model = adaLora()) {
            new PeftTrainer(model, arguments().build()).plan(TRAIN);
            assertThat(train(model, arguments().build()).same(expected)).isTrue();
        }
    }

    @Test
    void refusesWhatDoesNotFit() throws IOException {
        try (PeftModel model = lora()) {
            Map<String, byte[]> adapter = ToyModels.bytes(model.trainableTensors());
            AtomicInteger steps = new AtomicInteger();
            TrainerListener listener =
                    new TrainerListener() {
                        @Override
                        public void onStep(StepReport report) {
                            steps.incrementAndGet();
                        }
                    };
            PeftTrainer refusing =
                    PeftTrainer.builder(model, arguments().optPlan(PlanCheck.REFUSE).build())
                            .addListener(listener)
                            .optMachine(() -> SMALL)
                            .build();
            if (TrainingPlan.of(model, arguments().build(), TRAIN).memory().isMeasured()) {
                assertThatThrownBy(() -> refusing.fit(TRAIN, null))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("this process may have 2.0 MiB")
                        .hasMessageContaining("memory.max leaves 1.0 MiB");
                assertThat(steps).hasValue(0);
                assertThat(ToyModels.same(adapter, ToyModels.bytes(model.trainableTensors())))
                        .isTrue();
            }
            PeftTrainer warned =
                    PeftTrainer.builder(model, arguments().optPlan(PlanCheck.WARN).build())
                            .addListener(listener)
                            .optMachine(() -> SMALL)
                            .build();
            warned.fit(TRAIN, null);
            assertThat(steps).hasValue(6);
        }
    }

    /** 1000 MiB in any step, 800 MiB more for 16 rows of at most 512 tokens. */
    private static TrainingPlan planned(int rows) {
        long mib = 1 << 20;
        return new TrainingPlan(
                1000,
                new PlannedMemory(
                        400 * mib,
                        4000,
                        4000,
                        8000,
                        0,
                        0,
                        1000 * mib,
                        800 * mib,
                        1800 * mib,
                        false),
                new PlannedTime(0.5, 7200),
                new PlannedBatch(rows, 512, 512L * rows),
                100);
    }

    private static MachineMemory machine(long mib) {
        return new MachineMemory(900L << 20, (mib - 900) << 20, "MemAvailable", 1 << 20, 1 << 20);
    }

    @Test
    void saysWhatToLower() {
        assertThat(planned(16).misfit(machine(1800))).isEmpty();
        assertThat(planned(16).misfit(machine(1799)).orElseThrow())
                .isEqualTo(
                        "The training is planned to need 1,800.0 MiB of resident memory, and this"
                                + " process may have 1,799.0 MiB: it has 900.0 MiB, and"
                                + " MemAvailable leaves 899.0 MiB. Lower"
                                + " per_device_train_batch_size from 16 to 15 and raise"
                                + " gradient_accumulation_steps as much, cut the examples, of which"
                                + " the longest has 512 tokens, or put adapters into upper layers"
                                + " alone (layers_to_transform), below which nothing is kept for"
                                + " the backward pass. Or set plan to \"warn\".");
        assertThat(planned(16).misfit(machine(1210)).orElseThrow()).contains("from 16 to 4 ");
        assertThat(planned(16).misfit(machine(1040)).orElseThrow())
                .contains("Cut the examples", "set per_device_train_batch_size to 1");
        assertThat(planned(1).misfit(machine(1700)).orElseThrow())
                .contains("Cut the examples, of which the longest has 512 tokens, or put");
        assertThat(planned(16).misfit(machine(1000)).orElseThrow())
                .contains("Without any batch it needs 1,000.0 MiB: end other programs");
        assertThatThrownBy(() -> planned(16).require(machine(1000)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void comparesWithWhatWasMeasured() {
        TrainingReport report = new TrainingReport(planned(16), 2000L << 20, 0.4, 3);

        assertThat(report.memoryError()).isEqualTo(-10, within(1e-9));
        assertThat(report.timeError()).isEqualTo(25, within(1e-9));
        assertThat(report.describe())
                .containsPattern("peak resident memory +1,800.0 MiB +2,000.0 MiB +-10.0%")
                .containsPattern("time of a step +0.500 s +0.400 s +\\+25.0%")
                .containsPattern("time of all steps +1:00:00");
        assertThat(new TrainingReport(planned(16), 0, 0, 0).describe())
                .contains("not measured", "no step");
    }

    @Test
    void measuresATraining() throws IOException {
        try (PeftModel model = lora();
                TrainingMeter meter =
                        new TrainingMeter(TrainingPlan.of(model, arguments().build(), TRAIN))) {
            PeftTrainer.builder(model, arguments().build())
                    .addListener(meter)
                    .build()
                    .fit(TRAIN, null);

            TrainingReport report = meter.report();
            assertThat(report.steps()).isEqualTo(6);
            assertThat(report.step()).isPositive();
            assertThat(report.peak() > 0).isEqualTo(report.plan().memory().isMeasured());
        }
    }

    @Test
    void needsSomethingToTrain() {
        try (PeftModel model = lora()) {
            try (var off = model.disableAdapter()) {
                assertThatThrownBy(() -> TrainingPlan.of(model, arguments().build(), TRAIN))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("have nothing to train");
            }
        }
    }
}
