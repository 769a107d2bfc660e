package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other threads do to a model has no effect on its training. */
class TrainingHoldTest {

    private static final ToyTokens TRAIN = ToyTokens.of(16, 1);
    private static final TrainingArguments ARGUMENTS =
            TrainingArguments.builder().optLearningRate(1e-2).optMaxSteps(3).build();

    @TempDir private Path folder;

    private TransformerModel base;

    @BeforeEach
    void load() throws IOException {
        base = ToyModels.base();
    }

    @AfterEach
    void close() {
        base.close();
    }

    private PeftModel model() {
        PeftModel model = ToyModels.lora(base);
        model.copyAdapter("default", "other");
        return model;
    }

    /** Runs this in another thread after each step. */
    private static void train(PeftModel model, ThrowingCallable meanwhile) throws IOException {
        TrainerListener intruder =
                new TrainerListener() {
                    @Override
                    public void onStep(StepReport report) {
                        CompletableFuture.runAsync(
                                        () -> assertThatCode(meanwhile).doesNotThrowAnyException())
                                .join();
                    }
                };
        PeftTrainer.builder(model, ARGUMENTS).addListener(intruder).build().fit(TRAIN, null);
    }

    private static void refused(String what, ThrowingCallable change) {
        assertThatThrownBy(change)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Cannot " + what + " while thread '")
                .hasMessageContaining("trains the adapters [default]")
                .hasMessageContaining("Wait for the end of the training");
    }

    @Test
    void changesOfOtherThreadsAreRefused() throws IOException {
        try (PeftModel quiet = model();
                PeftModel model = model()) {
            train(quiet, () -> {});
            quiet.savePretrained(folder, "default");
            Map<String, ThrowingCallable> changes = new LinkedHashMap<>();
            changes.put("activate [other]", () -> model.setAdapter("other"));
            changes.put("activate [default]", () -> model.setActivation(Activation.of("default")));
            changes.put("delete the adapter 'default'", () -> model.deleteAdapter("default"));
            changes.put(
                    "overwrite the adapter 'default'", () -> model.loadAdapter(folder, "default"));
            changes.put(
                    "replace the adapter 'default'", () -> model.hotswapAdapter(folder, "default"));
            changes.put("weight the adapter 'default'", () -> model.setScale("default", 0.5));
            changes.put("merge [other]", () -> model.mergeAdapter("other"));
            changes.put("forget merged weights", model::disableAdapter);
            changes.put("switch adapters off", () -> model.disableAdapter("query"));

            train(model, () -> changes.forEach(TrainingHoldTest::refused));

            assertThat(
                            ToyModels.same(
                                    ToyModels.bytes(model.trainableTensors()),
                                    ToyModels.bytes(quiet.trainableTensors())))
                    .isTrue();
            for (ThrowingCallable change : changes.values()) {
                assertThatCode(change).doesNotThrowAnyException();
                if (!model.peftConfig().containsKey("default")) {
                    model.copyAdapter("other", "default");
                }
            }
        }
    }

    @Test
    void othersLoadPredictAndDeleteMeanwhile() throws IOException {
        try (PeftModel quiet = model();
                PeftModel model = model()) {
            train(quiet, () -> {});
            quiet.savePretrained(folder, "default");

            train(
                    model,
                    () -> {
                        model.loadAdapter(folder, "late");
                        model.loadAdapter(folder, "other");
                        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
                            model.forward(
                                    TRAIN.batch(0, 1).toInput(manager), Activation.of("late"));
                        }
                        model.deleteAdapter("late");
                    });

            assertThat(
                            ToyModels.same(
                                    ToyModels.bytes(model.trainableTensors()),
                                    ToyModels.bytes(quiet.trainableTensors())))
                    .isTrue();
        }
    }

    @Test
    void aSecondTrainingOfAModelIsRefused() throws IOException {
        try (PeftModel model = model()) {
            train(
                    model,
                    () ->
                            assertThatThrownBy(
                                            () ->
                                                    new PeftTrainer(model, ARGUMENTS)
                                                            .fit(TRAIN, null))
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessageContaining("trains the adapters [default]")
                                    .hasMessageContaining("another model over the same base"));
            train(model, () -> {});
        }
    }
}
