package io.github.peft4j.engine;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * What reads a model's tensors now, passes above all, and what it may still read although it was
 * replaced: that is freed when the readers are done. Not to be called with a lock that a pass may
 * want.
 */
public final class RunningPasses {

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Queue<Runnable> retired = new ConcurrentLinkedQueue<>();
    private final String owner;
    private volatile boolean closed;

    /**
     * No pass runs yet.
     *
     * @param owner whose tensors these are, for errors
     */
    public RunningPasses(String owner) {
        this.owner = owner;
    }

    /**
     * Something that reads tensors.
     *
     * @param <T> what it computes
     * @param <E> how it may fail
     */
    @FunctionalInterface
    public interface Pass<T, E extends Exception> {

        /** Computes it. */
        T run() throws E;
    }

    /**
     * Runs a pass; what it finds at its start stays until it ends.
     *
     * @throws IllegalStateException if the tensors were freed
     */
    public <T, E extends Exception> T run(Pass<T, E> pass) throws E {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException(
                        owner + " was closed. Load it again, or close it after its last use.");
            }
            return pass.run();
        } finally {
            lock.readLock().unlock();
            freeIfIdle();
        }
    }

    /**
     * Changes tensors in place: waits for running passes, and lets none begin meanwhile.
     *
     * @throws IllegalStateException if this thread is inside a pass
     */
    public void alone(Runnable change) {
        refuseInside("change its tensors");
        lock.writeLock().lock();
        try {
            change.run();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * Waits for running passes, frees the tensors and lets no pass begin any more. Does nothing the
     * second time.
     *
     * @throws IllegalStateException if this thread is inside a pass
     */
    public void close(Runnable freeing) {
        refuseInside("close it");
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                drain();
                freeing.run();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void refuseInside(String what) {
        if (lock.getReadHoldCount() > 0) {
            throw new IllegalStateException(
                    owner
                            + " is in use by this thread, which cannot "
                            + what
                            + " inside a forward pass. Do it when the pass is done.");
        }
    }

    /** Leaves something to be freed that new passes do not find any more. */
    public void retire(Runnable freeing) {
        retired.add(freeing);
    }

    /**
     * Waits for running passes and frees what was retired; inside a pass, leaves that to its end.
     */
    public void free() {
        if (retired.isEmpty() || lock.getReadHoldCount() > 0) {
            return;
        }
        lock.writeLock().lock();
        try {
            drain();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Frees what was retired unless other passes run; the last of them will. */
    private void freeIfIdle() {
        if (!retired.isEmpty() && lock.getReadHoldCount() == 0 && lock.writeLock().tryLock()) {
            try {
                drain();
            } finally {
                lock.writeLock().unlock();
            }
        }
    }

    private void drain() {
        for (Runnable next = retired.poll(); next != null; next = retired.poll()) {
            next.run();
        }
    }
}
