package io.github.peft4j.task.train.watch;

import io.github.peft4j.task.train.report.Evaluation;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.task.train.report.TrainingStart;
import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows a training in one line of a terminal: a bar, step and steps, the mean loss since it was
 * last drawn, the learning rate, rows a second, time left. Evaluations stand in lines above it.
 *
 * <p>The line is redrawn ten times a second at most and fits the width of the terminal ({@code
 * COLUMNS}, else 80): where that is narrow, the bar goes first, then what stands on the right.
 * Where the output is not a terminal, as in a file, a plain line is written every fifteen seconds
 * at most. ASCII only.
 */
public final class ConsoleBar implements TrainerListener {

    private static final int USUAL_WIDTH = 80;
    private static final int NARROWEST = 20;
    private static final int BAR = 20;
    private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final PrintStream out;
    private final boolean terminal;
    private final int width;
    private final LongSupplier nanoTime;
    private @Nullable Pace pace;
    private double loss = Double.NaN;
    private long drawn;
    private int shown;

    /** On standard error, as Python's bars are, so that standard output stays the program's own. */
    public ConsoleBar() {
        this(System.err, isTerminal(), columns(System.getenv("COLUMNS")), System::nanoTime);
    }

    /**
     * On another stream.
     *
     * @param terminal whether the stream is a terminal, which can redraw a line
     * @param width characters of its lines; at least 20 are taken
     */
    public ConsoleBar(PrintStream out, boolean terminal, int width) {
        this(out, terminal, width, System::nanoTime);
    }

    ConsoleBar(PrintStream out, boolean terminal, int width, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.width = Math.max(NARROWEST, width);
        this.nanoTime = nanoTime;
    }

    @Override
    public boolean showsProgress() {
        return true;
    }

    @Override
    public void onStart(TrainingStart start) {
        drawn = nanoTime.getAsLong();
        pace = new Pace(start, drawn);
        loss = Double.NaN;
        shown = 0;
    }

    @Override
    public void onStep(StepReport report) {
        Pace now = pace;
        if (now == null) {
            return;
        }
        long nanos = nanoTime.getAsLong();
        now.step(report, nanos);
        boolean last = report.step() >= now.totalSteps();
        if (last || nanos - drawn >= (terminal ? REDRAW_NANOS : LINE_NANOS)) {
            drawn = nanos;
            loss = now.takeLoss();
            draw(now);
        }
    }

    @Override
    public void onEvaluate(Evaluation evaluation) {
        String mark = evaluation.best() ? " *" : "";
        above(
                String.format(Locale.ROOT, "step %,d: ", evaluation.step())
                        + ProgressLog.figures(evaluation.figures())
                        + mark);
        if (terminal && pace != null && !Double.isNaN(loss)) {
            draw(pace);
        }
    }

    @Override
    public void onEnd(TrainingResult result) {
        if (terminal && shown > 0) {
            out.println();
        }
        if (result.stopped()) {
            out.println(String.format(Locale.ROOT, "stopped after step %,d", result.steps()));
        }
        out.flush();
        pace = null;
    }

    private void draw(Pace now) {
        String line = line(now);
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, shown - line.length())));
            shown = line.length();
        } else {
            out.println(line);
        }
        out.flush();
    }

    /** A line that stays: the bar is wiped, and drawn again below it. */
    private void above(String text) {
        if (shown > 0) {
            out.print("\r" + " ".repeat(shown) + "\r");
            shown = 0;
        }
        out.println(text);
        out.flush();
    }

    private String line(Pace now) {
        StepReport last = now.last();
        String text =
                String.format(
                        Locale.ROOT,
                        "%3d%% %,d/%,d  loss %.4f  lr %.2g  %,.0f rows/s  %s left",
                        now.percent(),
                        last.step(),
                        now.totalSteps(),
                        loss,
                        last.learningRate(),
                        now.rowsPerSecond(),
                        now.left());
        // A terminal breaks a line that reaches its last column.
        int room = width - 1;
        int bar = Math.min(BAR, room - text.length() - 3);
        if (bar > 4) {
            int filled = (int) (bar * Math.min(100, now.percent()) / 100);
            text = "[" + "=".repeat(filled) + ".".repeat(bar - filled) + "] " + text;
        }
        return terminal && text.length() > room ? text.substring(0, room) : text;
    }

    /** What the shell says, where it says a number. */
    static int columns(@Nullable String columns) {
        return columns != null && columns.matches("\\d{1,4}")
                ? Integer.parseInt(columns)
                : USUAL_WIDTH;
    }

    /** From Java 22 on there is a console without a terminal, which says so itself. */
    @SuppressWarnings("SystemConsoleNull") // isTerminal below is for Java 22 and later
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null || "dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }
}
