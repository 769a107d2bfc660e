package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.peft4j.PeftModel;
import io.github.peft4j.task.train.config.LearningRateSchedule;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.config.TrainingArgumentsBuilder;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A training whose thread is interrupted, as a pool does when it shuts down. */
class InterruptionTest {

    private static final ToyTokens TRAIN = ToyTokens.of(16, 1);
    private static final int STEPS = 3;

    private TransformerModel base;

    @BeforeEach
    void load() throws IOException {
        base = ToyModels.base();
    }

    @AfterEach
    void close() {
        assertThat(Thread.interrupted()).as("the thread stays interrupted").isTrue();
        base.close();
    }

    private static final class InterruptsAfter implements TrainerListener {

        private final int steps;
        private int seen;

        InterruptsAfter(int steps) {
            this.steps = steps;
        }

        @Override
        public void onStep(StepReport report) {
            seen++;
            if (report.step() == steps) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static TrainingArgumentsBuilder arguments() {
        return TrainingArguments.builder()
                .optPerDeviceTrainBatchSize(2)
                .optSchedule(LearningRateSchedule.CONSTANT)
                .optLearningRate(1e-2);
    }

    @Test
    void trainingEndsWithTheStepItIsAt() throws IOException {
        InterruptsAfter listener = new InterruptsAfter(STEPS);
        try (PeftModel whole = ToyModels.lora(base);
                PeftModel stopped = ToyModels.lora(base)) {
            new PeftTrainer(whole, arguments().optMaxSteps(STEPS).build()).fit(TRAIN, null);
            PeftTrainer trainer =
                    PeftTrainer.builder(stopped, arguments().optMaxSteps(8).build())
                            .addListener(listener)
                            .build();

            TrainingResult result = trainer.fit(TRAIN, null);

            assertThat(result.stopped()).isTrue();
            assertThat(result.steps()).isEqualTo(STEPS);
            assertThat(listener.seen).isEqualTo(STEPS);
            Map<String, byte[]> expected = ToyModels.bytes(whole.trainableTensors());
            assertThat(ToyModels.same(expected, ToyModels.bytes(stopped.trainableTensors())))
                    .isTrue();
        }
    }

    @Test
    void trainingOfAnInterruptedThreadMakesNoStep() throws IOException {
        try (PeftModel model = ToyModels.lora(base)) {
            PeftTrainer trainer = new PeftTrainer(model, arguments().optMaxSteps(8).build());
            Thread.currentThread().interrupt();

            TrainingResult result = trainer.fit(TRAIN, null);

            assertThat(result.stopped()).isTrue();
            assertThat(result.steps()).isZero();
            assertThat(result.finalLoss()).isNaN();
        }
    }

    @Test
    void evaluationAndPredictionDoNotBegin() throws IOException {
        try (PeftModel model = ToyModels.lora(base)) {
            PeftTrainer trainer = new PeftTrainer(model, arguments().build());
            Thread.currentThread().interrupt();

            assertThatExceptionOfType(CancellationException.class)
                    .isThrownBy(() -> trainer.evaluate(TRAIN));
            assertThatExceptionOfType(CancellationException.class)
                    .isThrownBy(() -> trainer.predict(TRAIN));
        }
    }
}
