package io.github.peft4j.task.train.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingStopTest {

    @TempDir private Path directory;
    private final TrainingStop stop = new TrainingStop();
    private int calls;

    @BeforeEach
    void begin() {
        stop.begin();
    }

    @AfterEach
    void clear() {
        Thread.interrupted();
    }

    private int write() throws IOException {
        calls++;
        if (calls == 2) {
            Thread.currentThread().interrupt();
        }
        try (FileChannel channel =
                FileChannel.open(
                        directory.resolve("file"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            return channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        }
    }

    /** A channel closes under an interrupted thread, and one that is interrupted as it writes. */
    @Test
    void writesFilesToTheEndThoughTheThreadIsInterrupted() throws IOException {
        assertThat(stop.uninterrupted(this::write)).isEqualTo(3);
        assertThat(stop.isAsked()).isFalse();

        assertThat(stop.uninterrupted(this::write)).isEqualTo(3);

        assertThat(calls).as("one of them in vain").isEqualTo(3);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(stop.isAsked()).isTrue();
        stop.end();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void writesWhereTheThreadWasInterruptedBefore() throws IOException {
        Thread.currentThread().interrupt();

        assertThat(stop.uninterrupted(this::write)).isEqualTo(3);
        assertThat(calls).isEqualTo(1);
        assertThat(stop.isAsked()).isTrue();
    }

    @Test
    void otherFailuresEndIt() {
        assertThatIOException()
                .isThrownBy(
                        () ->
                                stop.uninterrupted(
                                        () -> {
                                            throw new IOException("The disk is full.");
                                        }))
                .withMessage("The disk is full.");
    }

    @Test
    void explainsOnlyWhatItBrought() {
        RuntimeException full = new UncheckedIOException(new IOException("The disk is full."));
        assertThat(stop.explains(new CancellationException())).as("nobody asked").isFalse();

        assertThat(stop.ask()).isTrue();

        assertThat(stop.explains(new CancellationException())).isTrue();
        assertThat(stop.explains(new IllegalStateException(new CancellationException()))).isTrue();
        assertThat(stop.explains(full)).isFalse();
    }

    @Test
    void isNotAskedWhereNothingRuns() {
        stop.end();

        assertThat(stop.ask()).isFalse();
        stop.begin();
        assertThat(stop.isAsked()).isFalse();
    }
}
