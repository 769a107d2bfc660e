package io.github.peft4j.task.train.plan;

import java.util.concurrent.locks.LockSupport;

/**
 * The largest resident size while this is open: of the kernel, or, where its peak cannot be reset,
 * the largest of many looks.
 */
final class PeakMemory implements AutoCloseable {

    private static final long BETWEEN_LOOKS_NANOS = 2_000_000;

    private final boolean kernel = ProcessMemory.resetPeak();
    private final Thread watcher = new Thread(this::watch, "resident-memory");
    private volatile long seen = ProcessMemory.resident();
    private volatile boolean closed;

    PeakMemory() {
        if (!kernel && seen > 0) {
            watcher.setDaemon(true);
            watcher.start();
        }
    }

    private void watch() {
        while (!closed) {
            seen = Math.max(seen, ProcessMemory.resident());
            LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
        }
    }

    /** Bytes so far; 0 where the system does not tell. */
    long bytes() {
        return kernel ? ProcessMemory.peak() : Math.max(seen, ProcessMemory.resident());
    }

    @Override
    public void close() {
        closed = true;
    }
}
