package io.github.peft4j.task.train.frozen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.PeftModel;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.config.TrainingArgumentsBuilder;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A killed training that kept the frozen layers' outputs, whose file is gone. The product of a
 * single token rounds otherwise than that of several, so a row's numbers depend here on whether it
 * was alone in its batch: in the last one of an epoch.
 */
class FrozenLayerResumeTest {

    private static final LabelledRows ROWS = LabelledRows.of(TaskType.SEQ_CLS, 10, 1, 1, 1);

    @TempDir private Path directory;
    private TransformerModel base;

    @BeforeEach
    void load() throws IOException {
        base = FrozenModels.base("bert-seqcls", TaskType.SEQ_CLS);
    }

    @AfterEach
    void close() {
        base.close();
    }

    private TrainingArgumentsBuilder arguments(String folder) {
        return TrainingArguments.builder()
                .optLearningRate(5e-3)
                .optEpochs(3)
                .optSaveSteps(1)
                .optFrozenLayerCacheBytes(1 << 20)
                .optOutputDir(directory.resolve(folder));
    }

    private List<Double> train(TrainingArguments arguments, boolean dropLast, long killedAfter)
            throws IOException {
        List<Double> losses = new ArrayList<>();
        BatchLoader batches =
                BatchLoader.builder(ROWS)
                        .optBatchSize(3)
                        .optShuffle(true)
                        .optBucketBatches(1)
                        .optDropLast(dropLast)
                        .build();
        try (PeftModel model = FrozenModels.lora(base, TaskType.SEQ_CLS, 1)) {
            PeftTrainer trainer =
                    PeftTrainer.builder(model, arguments)
                            .addListener(
                                    new TrainerListener() {
                                        @Override
                                        public void onStep(StepReport report) {
                                            losses.add(report.loss());
                                            if (report.step() == killedAfter) {
                                                throw new IllegalStateException("killed");
                                            }
                                        }
                                    })
                            .build();
            if (killedAfter > 0) {
                assertThatThrownBy(() -> trainer.fit(batches, null)).hasMessage("killed");
            } else {
                trainer.fit(batches, null);
            }
        }
        return losses;
    }

    /** In the first epoch, between two, and in a later one. */
    @ParameterizedTest
    @CsvSource({"2, false", "4, false", "6, false", "8, false", "3, true", "7, true"})
    void goesOnToTheSameBits(long killedAfter, boolean dropLast) throws IOException {
        List<Double> straight = train(arguments("straight").build(), dropLast, -1);

        train(arguments("killed").build(), dropLast, killedAfter);
        List<Double> rest =
                train(arguments("killed").optResumeFromCheckpoint(true).build(), dropLast, -1);

        // The checkpoint of the step in which it was killed had not been written.
        assertThat(rest)
                .containsExactlyElementsOf(
                        straight.subList((int) killedAfter - 1, straight.size()));
    }
}
