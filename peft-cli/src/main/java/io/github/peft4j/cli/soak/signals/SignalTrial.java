package io.github.peft4j.cli.soak.signals;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.cli.soak.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A command that gets a signal.
 *
 * @param words the command
 * @param signal INT or TERM
 * @param after how long it has run by then
 * @param twice whether a second signal follows
 */
public record SignalTrial(List<String> words, String signal, Duration after, boolean twice) {

    /** Sooner would be the same signal. */
    private static final Duration BETWEEN = Duration.ofMillis(250);

    /** Then nothing will come any more. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private static final String INT = "INT";

    /** Copies the words. */
    public SignalTrial {
        words = ImmutableList.copyOf(words);
    }

    /**
     * What came of it.
     *
     * @param code the exit code
     * @param took the time from the last signal to the end
     * @param before whether the command had ended before the signal
     */
    public record Outcome(int code, Duration took, boolean before) {}

    /**
     * The signals that this process and so its children listen to: whoever is started in the
     * background of a script has to ignore INT.
     */
    static ImmutableList<String> heard() throws IOException {
        Path status = Path.of("/proc/self/status");
        boolean ignored =
                Files.isReadable(status)
                        && Files.readAllLines(status).stream()
                                .filter(line -> line.startsWith("SigIgn:"))
                                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                                .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) & 2) != 0);
        return ignored ? ImmutableList.of("TERM") : ImmutableList.of(INT, "TERM");
    }

    /** The exit code that belongs to the signal. */
    public int code() {
        return signal.equals(INT) ? 130 : 143;
    }

    /** Starts the command, sends the signal and waits for the end. */
    public Outcome run(Class<?> main) throws IOException, InterruptedException {
        Process process =
                ChildJvm.of(main, words).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try {
            if (process.waitFor(after.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Outcome(process.exitValue(), Duration.ZERO, true);
            }
            send(process);
            if (twice && !process.waitFor(BETWEEN.toMillis(), TimeUnit.MILLISECONDS)) {
                send(process);
            }
            long sent = System.nanoTime();
            boolean ended = process.waitFor(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
            return new Outcome(
                    ended ? process.exitValue() : -1,
                    Duration.ofNanos(System.nanoTime() - sent),
                    false);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private void send(Process process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-s", signal, String.valueOf(process.pid())).start().waitFor();
    }

    @Override
    public String toString() {
        return "%s, SIG%s after %d ms%s"
                .formatted(
                        Joiner.on(' ').join(words),
                        signal,
                        after.toMillis(),
                        twice ? ", and once more" : "");
    }
}
