package io.github.peft4j.task.train.internal;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;

/**
 * Whether a training is to end before its last step: because a thread asked for it, or because the
 * training's own thread was interrupted.
 *
 * <p>The interrupt is taken from the thread where the training sees it, since a channel closes
 * under an interrupted thread and a checkpoint could not be written; {@link #end} gives it back.
 */
public final class TrainingStop {

    private volatile boolean running;
    private volatile boolean asked;
    private boolean interrupted;

    /** Reads or writes files; may be called again if it was interrupted. */
    @FunctionalInterface
    public interface FileAction<T> {
        T run() throws IOException;
    }

    /** Begins a training, which nobody has asked to stop. */
    public void begin() {
        asked = false;
        interrupted = false;
        running = true;
    }

    /**
     * Asks the training to stop, from any thread.
     *
     * @return whether one runs
     */
    public boolean ask() {
        if (running) {
            asked = true;
        }
        return running;
    }

    /** Whether the training is to stop; called in its thread. */
    public boolean isAsked() {
        interrupted |= Thread.interrupted();
        return asked || interrupted;
    }

    /** Whether something failed because the training is to stop, and for no other reason. */
    public boolean explains(RuntimeException failure) {
        boolean byStop =
                Throwables.getCausalChain(failure).stream()
                        .anyMatch(
                                cause ->
                                        cause instanceof CancellationException
                                                || cause instanceof ClosedByInterruptException
                                                || cause instanceof InterruptedIOException);
        return byStop && isAsked();
    }

    /** Ends where the training is to stop: between two batches of an evaluation. */
    public void check() {
        if (isAsked()) {
            throw new CancellationException("The training is to stop.");
        }
    }

    /** Uses files to the end, whenever the thread is interrupted. */
    public <T> T uninterrupted(FileAction<T> action) throws IOException {
        while (true) {
            interrupted |= Thread.interrupted();
            try {
                return action.run();
            } catch (IOException | UncheckedIOException e) {
                if (!Thread.interrupted()) {
                    throw e;
                }
                interrupted = true;
            }
        }
    }

    /** Ends the training; a thread that was interrupted is so again. */
    public void end() {
        running = false;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
