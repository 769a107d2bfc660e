package io.github.peft4j.engine;

import java.util.concurrent.CancellationException;

/**
 * Where a long run can be stopped: between two calls of the engine. Inside of one nothing stops it,
 * and if the process ends meanwhile, LibTorch's memory goes away under its feet.
 */
public final class Interruption {

    private Interruption() {}

    /**
     * Goes on unless the thread is interrupted, and leaves it so.
     *
     * @param what the run, as the text names it
     * @throws CancellationException if the thread is interrupted
     */
    public static void check(String what) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException(what + " was stopped: its thread is interrupted.");
        }
    }
}
