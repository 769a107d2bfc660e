package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.peft4j.PeftModel;
import io.github.peft4j.task.train.config.IntervalStrategy;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.report.CheckpointReport;
import io.github.peft4j.task.train.report.LogEntry;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.task.train.report.TrainingStart;
import io.github.peft4j.task.train.watch.CsvLog;
import io.github.peft4j.task.train.watch.TensorBoardLog;
import io.github.peft4j.transformers.TransformerModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a training tells those who watch it, also when it is killed and resumed. */
class WatchedTrainingTest {

    private static final ToyTokens TRAIN = ToyTokens.of(40, 1);
    private static final ToyTokens VALIDATION = ToyTokens.of(10, 2);

    @TempDir private Path directory;

    /** Takes down what it hears, and throws after a step. */
    private static final class Hears implements TrainerListener {

        private final long killedAfter;
        private final List<String> heard = new ArrayList<>();

        Hears(long killedAfter) {
            this.killedAfter = killedAfter;
        }

        @Override
        public void onStart(TrainingStart start) {
            heard.add(
                    "start %d of %d, %d x %d of %d, history %d"
                            .formatted(
                                    start.step(),
                                    start.totalSteps(),
                                    start.accumulatedBatches(),
                                    start.batchSize(),
                                    start.examples(),
                                    start.history().size()));
            assertThat(start.trainableValues()).isPositive();
        }

        @Override
        public void onStep(StepReport report) {
            if (report.step() == killedAfter) {
                throw new IllegalStateException("killed");
            }
        }

        @Override
        public void onLog(LogEntry entry) {
            heard.add(
                    (entry.figures().containsKey("loss") ? "log " : "evaluation ") + entry.step());
        }

        @Override
        public void onCheckpoint(CheckpointReport checkpoint) {
            heard.add("saved " + checkpoint.folder().getFileName());
        }

        @Override
        public void onEnd(TrainingResult result) {
            heard.add("end " + result.steps());
        }
    }

    private TrainingArguments arguments(boolean resume) {
        return TrainingArguments.builder()
                .optMaxSteps(6)
                .optGradientAccumulationSteps(2)
                .optPerDeviceTrainBatchSize(4)
                .optLoggingSteps(2)
                .optEvalSteps(3)
                .optSaveSteps(3)
                .optOutputDir(directory.resolve("out"))
                .optResumeFromCheckpoint(resume)
                .build();
    }

    @Test
    void tellsAllAndWritesEachRowOnce() throws IOException {
        Path csv = directory.resolve("history.csv");
        Path board = directory.resolve("board");
        TrainingResult result;
        try (TransformerModel base = ToyModels.base()) {
            Hears killed = new Hears(5);
            try (PeftModel model = ToyModels.lora(base)) {
                PeftTrainer trainer =
                        PeftTrainer.builder(model, arguments(false))
                                .addListener(new CsvLog(csv))
                                .addListener(new TensorBoardLog(board))
                                .addListener(killed)
                                .build();
                assertThatIllegalStateException()
                        .isThrownBy(() -> trainer.fit(TRAIN, VALIDATION))
                        .withMessage("killed");
            }
            assertThat(killed.heard)
                    .containsExactly(
                            "start 0 of 6, 2 x 4 of 40, history 0",
                            "log 2",
                            "evaluation 3",
                            "saved checkpoint-3",
                            "log 4");
            Hears again = new Hears(-1);
            try (PeftModel model = ToyModels.lora(base)) {
                result =
                        PeftTrainer.builder(model, arguments(true))
                                .addListener(new CsvLog(csv))
                                .addListener(new TensorBoardLog(board))
                                .addListener(again)
                                .build()
                                .fit(TRAIN, VALIDATION);
            }
            assertThat(again.heard)
                    .containsExactly(
                            "start 3 of 6, 2 x 4 of 40, history 2",
                            "log 4",
                            "log 6",
                            "evaluation 6",
                            "saved checkpoint-6",
                            "end 6");
        }
        List<String> rows = new ArrayList<>(List.of("step,epoch,name,value"));
        for (LogEntry entry : result.history()) {
            entry.figures().keySet().stream()
                    .sorted()
                    .forEach(
                            name ->
                                    rows.add(
                                            entry.step()
                                                    + ","
                                                    + entry.epoch()
                                                    + ","
                                                    + name
                                                    + ","
                                                    + entry.figures().get(name)));
        }
        assertThat(Files.readAllLines(csv)).isEqualTo(rows);
    }

    /** One line at the start and one at the end, unless a listener shows how far it is. */
    @Test
    void speaksWhereNobodyShowsProgress() throws IOException {
        TrainerListener shows =
                new TrainerListener() {
                    @Override
                    public boolean showsProgress() {
                        return true;
                    }
                };
        for (List<String> lines : List.of(logged(null), logged(new Hears(-1)))) {
            assertThat(lines)
                    .anyMatch(line -> line.contains("ProgressLog - Training "))
                    .anyMatch(line -> line.contains("ProgressLog - Trained after 2 steps in "));
        }
        assertThat(logged(shows)).noneMatch(line -> line.contains("ProgressLog"));
    }

    private static List<String> logged(@Nullable TrainerListener listener) throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        TrainingArguments two =
                TrainingArguments.builder()
                        .optMaxSteps(2)
                        .optEvalStrategy(IntervalStrategy.NO)
                        .build();
        try (TransformerModel base = ToyModels.base();
                PeftModel model = ToyModels.lora(base)) {
            PeftTrainer.Builder builder = PeftTrainer.builder(model, two);
            if (listener != null) {
                builder.addListener(listener);
            }
            builder.build().fit(TRAIN, null);
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
