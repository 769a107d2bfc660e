package io.github.peft4j.internal.runtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Passes that run now, and what they may still read although it was replaced: it is freed when they
 * are done.
 */
public final class RunningPasses {

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Queue<Runnable> retired = new ConcurrentLinkedQueue<>();

    /** Runs a pass; what it finds at its start stays until it ends. */
    public <T> T run(Supplier<T> pass) {
        lock.readLock().lock();
        try {
            return pass.get();
        } finally {
            lock.readLock().unlock();
            free();
        }
    }

    /** Leaves something to be freed that new passes do not find any more. */
    public void retire(Runnable freeing) {
        retired.add(freeing);
    }

    /**
     * Waits for running passes and frees what was retired; inside a pass, leaves that to its end.
     * Not to be called with a lock that a pass may want.
     */
    public void free() {
        if (retired.isEmpty() || lock.getReadHoldCount() > 0) {
            return;
        }
        lock.writeLock().lock();
        try {
            for (Runnable next = retired.poll(); next != null; next = retired.poll()) {
                next.run();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
