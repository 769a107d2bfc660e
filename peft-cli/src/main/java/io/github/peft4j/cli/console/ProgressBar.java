package io.github.peft4j.cli.console;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Shows how a training goes: share done, loss and accuracy (running means over about the last
 * hundred steps), examples a second, time left. Plain ASCII, at most 79 characters.
 *
 * <p>On a terminal one line is redrawn ten times a second; elsewhere, as in a log, a line is
 * printed every fifteen seconds at most. {@link #close} prints the last state.
 */
public final class ProgressBar implements AutoCloseable {

    private static final int BAR = 20;
    private static final int WIDTH = 79;
    private static final double KEEP = 0.98;
    private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final PrintWriter out;
    private final boolean redraw;
    private final LongSupplier nanoTime;
    private final String label;
    private final int steps;
    private final long start;
    private long lastDrawn;
    private int done;
    private int drawn;
    private long examples;
    private double weight;
    private boolean countsRight;
    private double lossSum;
    private double accuracySum;

    /**
     * Starts the clock.
     *
     * @param label what is going on, such as {@code epoch 1}
     * @param steps how often {@link #step} will be called, at least 1
     * @param out where to draw: standard output, or whatever stands in for it in a test
     */
    public ProgressBar(String label, int steps, PrintWriter out) {
        this(label, steps, out, Terminal.isInteractive(), System::nanoTime);
    }

    ProgressBar(String label, int steps, PrintWriter out, boolean redraw, LongSupplier nanoTime) {
        if (steps < 1) {
            throw new IllegalArgumentException(
                    "'"
                            + label
                            + "' has "
                            + steps
                            + " steps; there is nothing to do. Pass at least"
                            + " one batch.");
        }
        this.label = label;
        this.steps = steps;
        this.out = out;
        this.redraw = redraw;
        this.nanoTime = nanoTime;
        start = nanoTime.getAsLong();
        lastDrawn = start;
    }

    /**
     * Tells of one finished step.
     *
     * @param size examples in the batch, at least 1
     * @param loss mean loss of the batch
     * @param correct examples that were right
     */
    public void step(int size, double loss, int correct) {
        countsRight = true;
        accuracySum = KEEP * accuracySum + (double) correct / size;
        step(size, loss);
    }

    /**
     * Tells of one finished step whose examples are not right or wrong.
     *
     * @param size examples in the batch, at least 1
     * @param loss mean loss of the batch
     */
    public void step(int size, double loss) {
        done++;
        examples += size;
        weight = KEEP * weight + 1;
        lossSum = KEEP * lossSum + loss;
        long now = nanoTime.getAsLong();
        if (now - lastDrawn >= (redraw ? REDRAW_NANOS : LINE_NANOS)) {
            lastDrawn = now;
            draw(now);
        }
    }

    /** Prints the last state and ends the line. */
    @Override
    public void close() {
        if (done > drawn) {
            draw(nanoTime.getAsLong());
        }
        if (redraw && done > 0) {
            out.println();
        }
    }

    private void draw(long now) {
        drawn = done;
        String line = line((now - start) / 1e9);
        if (redraw) {
            out.print("\r" + line + " ".repeat(Math.max(0, WIDTH - line.length())));
            out.flush();
        } else {
            out.println(line);
            out.flush();
        }
    }

    private String line(double seconds) {
        int filled = (int) ((long) BAR * done / steps);
        String rest =
                done < steps
                        ? time(seconds / done * (steps - done)) + " left"
                        : "in " + time(seconds);
        String accuracy =
                countsRight ? String.format(Locale.ROOT, "  acc %.3f", accuracySum / weight) : "";
        String line =
                String.format(
                        Locale.ROOT,
                        "%s [%s%s] %3d%%  loss %.4f%s  %,.0f/s  %s",
                        label,
                        "=".repeat(filled),
                        ".".repeat(BAR - filled),
                        100L * done / steps,
                        lossSum / weight,
                        accuracy,
                        examples / Math.max(seconds, 1e-9),
                        rest);
        return line.length() <= WIDTH ? line : line.substring(0, WIDTH);
    }

    private static String time(double seconds) {
        long whole = Math.round(seconds);
        return String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
    }
}
