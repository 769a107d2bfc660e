package io.github.peft4j.task.train.watch;

import io.github.peft4j.task.train.report.LogEntry;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.task.train.report.TrainingStart;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Writes the history of a training for TensorBoard: scalars under the tags of Hugging Face's
 * callback, {@code train/loss}, {@code train/grad_norm}, {@code train/learning_rate}, {@code
 * train/epoch}, and {@code eval/loss} and {@code eval/} with each other figure of an evaluation.
 *
 * <p>Each run of a program writes a file of its own into the folder, {@code
 * events.out.tfevents.<time>.<host>.<process>.<number>}, with as many points as there are lines in
 * the history ({@code logging_steps}). When a training resumes, the new file takes back what
 * earlier ones have after the checkpoint, so each step is shown once; a training that begins takes
 * back all. Look at it with {@code tensorboard --logdir FOLDER}.
 */
public final class TensorBoardLog implements TrainerListener {

    private static final String EVAL = "eval_";
    private static final AtomicInteger FILES = new AtomicInteger();
    private static final double MILLIS = 1e3;

    private final Path folder;
    private final Clock clock;
    private @Nullable Path file;
    private long epochStep;

    /** Writes into this folder, which is made if it is missing. */
    public TensorBoardLog(Path folder) {
        this(folder, Clock.systemUTC());
    }

    TensorBoardLog(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * Begins a file.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    @Override
    public void onStart(TrainingStart start) {
        String name =
                String.format(
                        Locale.ROOT,
                        "events.out.tfevents.%010d.%s.%d.%d",
                        clock.millis() / 1000,
                        host(),
                        ProcessHandle.current().pid(),
                        FILES.getAndIncrement());
        file = folder.resolve(name);
        epochStep = -1;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write(EventRecords.version(now()));
        // The line at the checkpoint's own step may be followed by others of that step.
        write(EventRecords.purge(now(), start.step()));
        start.history().stream().filter(entry -> entry.step() == start.step()).forEach(this::onLog);
    }

    /**
     * Writes the scalars of a line.
     *
     * @throws UncheckedIOException if that fails
     */
    @Override
    public void onLog(LogEntry entry) {
        double now = now();
        new TreeMap<>(entry.figures())
                .forEach(
                        (name, value) ->
                                write(
                                        EventRecords.scalar(
                                                now, entry.step(), tag(name), value.floatValue())));
        if (entry.step() != epochStep) { // an evaluation after a step that was logged
            epochStep = entry.step();
            write(EventRecords.scalar(now, entry.step(), "train/epoch", (float) entry.epoch()));
        }
    }

    @Override
    public void onEnd(TrainingResult result) {
        file = null;
    }

    private static String tag(String name) {
        return name.startsWith(EVAL) ? "eval/" + name.substring(EVAL.length()) : "train/" + name;
    }

    private double now() {
        return clock.millis() / MILLIS;
    }

    private void write(byte[] record) {
        if (file == null) {
            return;
        }
        // Not a channel: that of an interrupted thread closes, and the training is to stop orderly.
        try (OutputStream out = new FileOutputStream(file.toFile(), true)) {
            out.write(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
