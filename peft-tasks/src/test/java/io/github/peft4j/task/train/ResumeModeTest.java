package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.PeftModel;
import io.github.peft4j.task.train.config.ResumeMode;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.config.TrainingArgumentsBuilder;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that are started again until their training is done. */
class ResumeModeTest {

    private static final ToyTokens TRAIN = ToyTokens.of(40, 1);

    @TempDir private Path directory;
    private TransformerModel base;

    @BeforeEach
    void load() throws IOException {
        base = ToyModels.base(0.1);
    }

    @AfterEach
    void close() {
        base.close();
    }

    private TrainingArgumentsBuilder arguments() {
        return TrainingArguments.builder()
                .optMaxSteps(7)
                .optSaveSteps(2)
                .optOutputDir(directory.resolve("out"))
                .optResume(ResumeMode.IF_PRESENT);
    }

    /** Trains, is stopped after the third step, and makes so many. */
    private TrainingResult train(PeftModel model, TrainingArguments arguments, int steps)
            throws IOException {
        int[] made = new int[1];
        PeftTrainer[] trainer = new PeftTrainer[1];
        trainer[0] =
                PeftTrainer.builder(model, arguments)
                        .addListener(
                                new TrainerListener() {
                                    @Override
                                    public void onStep(StepReport report) {
                                        made[0]++;
                                        if (report.step() == 3) {
                                            trainer[0].stop();
                                        }
                                    }
                                })
                        .build();
        TrainingResult result = trainer[0].fit(TRAIN, null);
        assertThat(made[0]).isEqualTo(steps);
        return result;
    }

    @Test
    void beginsResumesAndIsDone() throws IOException {
        Map<String, byte[]> expected;
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            new PeftTrainer(model, TrainingArguments.builder().optMaxSteps(7).build())
                    .fit(TRAIN, null);
            expected = ToyModels.bytes(model.trainableTensors());
        }
        Files.createDirectories(directory.resolve("out/.unfinished-checkpoint-1"));
        for (int steps : new int[] {3, 4, 0}) {
            try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
                TrainingResult result = train(model, arguments().build(), steps);

                assertThat(result.stopped()).isEqualTo(steps == 3);
                assertThat(result.steps()).isEqualTo(steps == 3 ? 3 : 7);
                if (steps != 3) {
                    Map<String, byte[]> tensors = ToyModels.bytes(model.trainableTensors());
                    assertThat(ToyModels.same(tensors, expected)).isTrue();
                }
            }
        }
    }

    @Test
    void refusesTheFolderOfAnotherTraining() throws IOException {
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            train(model, arguments().build(), 3);
        }
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            TrainingArguments other = arguments().optLearningRate(0.25).build();

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> train(model, other, 4))
                    .withMessageContaining("checkpoint-3 was written by another training")
                    .withMessageContaining("learning_rate was 5.0E-5, is 0.25")
                    .withMessageEndingWith(
                            "Undo these changes, or train without resuming into another"
                                    + " output_dir.");
        }
    }

    @Test
    void isWrittenUnderHuggingFacesKeyWhereItHasTheWord() {
        TrainingArguments always = arguments().optResume(ResumeMode.ALWAYS).build();
        TrainingArguments never = arguments().optResumeFromCheckpoint(false).build();

        assertThat(always).isEqualTo(arguments().optResumeFromCheckpoint(true).build());
        assertThat(always.resume()).isEqualTo(ResumeMode.ALWAYS);
        assertThat(always.toMap())
                .containsEntry("resume_from_checkpoint", true)
                .doesNotContainKey("resume");
        assertThat(never.resume()).isEqualTo(ResumeMode.NEVER);
        assertThat(arguments().build().toMap())
                .containsEntry("resume_from_checkpoint", false)
                .containsEntry("resume", "if_present");
    }

    @Test
    void needsAFolderThatIsNotOverwritten() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> TrainingArguments.builder().optResume(ResumeMode.IF_PRESENT).build())
                .withMessage(
                        "resume beside no output_dir has no effect. Set that of the last run.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> arguments().optOverwriteOutputDir(true).build())
                .withMessage(
                        "overwrite_output_dir beside resume has no effect. Choose one of them.");
    }
}
