package io.github.peft4j.task.train.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardLogTest {

    private static final double TIME = 1700000000.25;

    @TempDir private Path directory;

    @AfterEach
    void clear() {
        Thread.interrupted();
    }

    private TensorBoardLog log() {
        Instant instant = Instant.ofEpochMilli(Math.round(TIME * 1000));
        return new TensorBoardLog(directory.resolve("logs"), Clock.fixed(instant, ZoneOffset.UTC));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("logs"))) {
            return files.sorted().toList();
        }
    }

    @Test
    void writesHuggingFacesTags() throws IOException {
        TensorBoardLog log = log();
        log.onStart(Steps.start(0, 10));
        log.onLog(Steps.entry(2, 0.5, "loss", 1.25));
        Thread.currentThread().interrupt();
        log.onLog(Steps.entry(4, 1, "eval_f1", 0.75));
        log.onEnd(Steps.result(4, false));

        assertThat(files()).hasSize(1);
        assertThat(files().get(0).getFileName().toString())
                .matches("events\\.out\\.tfevents\\.1700000000\\..+\\.\\d+\\.\\d+");
        assertThat(files().get(0))
                .hasBinaryContent(
                        Bytes.concat(
                                EventRecords.version(TIME),
                                EventRecords.purge(TIME, 0),
                                EventRecords.scalar(TIME, 2, "train/loss", 1.25f),
                                EventRecords.scalar(TIME, 2, "train/epoch", 0.5f),
                                EventRecords.scalar(TIME, 4, "eval/f1", 0.75f),
                                EventRecords.scalar(TIME, 4, "train/epoch", 1)));
    }

    /** Lines of the checkpoint's step are taken back with the later ones, and written again. */
    @Test
    void takesBackWhatCameAfterTheCheckpoint() throws IOException {
        log().onStart(Steps.start(0, 10));
        TensorBoardLog second = log();
        second.onStart(
                Steps.start(4, 10, Steps.entry(2, 0.5, "loss", 2), Steps.entry(4, 1, "loss", 1)));
        second.onLog(Steps.entry(4, 1, "eval_loss", 3));

        assertThat(files()).hasSize(2);
        Path newest = files().get(0);
        for (Path file : files()) {
            newest = Files.size(file) > Files.size(newest) ? file : newest;
        }
        assertThat(newest)
                .hasBinaryContent(
                        Bytes.concat(
                                EventRecords.version(TIME),
                                EventRecords.purge(TIME, 4),
                                EventRecords.scalar(TIME, 4, "train/loss", 1),
                                EventRecords.scalar(TIME, 4, "train/epoch", 1),
                                EventRecords.scalar(TIME, 4, "eval/loss", 3)));
    }
}
