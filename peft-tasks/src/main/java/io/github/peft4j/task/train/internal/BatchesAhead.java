package io.github.peft4j.task.train.internal;

import com.google.common.base.Preconditions;
import com.google.common.base.Throwables;
import com.google.common.collect.AbstractIterator;
import com.google.common.util.concurrent.Uninterruptibles;
import io.github.peft4j.engine.Interruption;
import java.util.Iterator;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Batches in their order, made by a thread of its own while the training computes, and never more
 * than a few before they are asked for. What fails there is thrown here, at the batch that failed.
 *
 * @param <T> what is made
 */
public final class BatchesAhead<T> extends AbstractIterator<T> implements AutoCloseable {

    private final BlockingQueue<Made<T>> queue;
    private final Thread maker;

    /** A batch, what failed in place of it, or neither at the end. */
    private record Made<T>(@Nullable T batch, @Nullable Throwable failure) {}

    /**
     * Starts to make batches.
     *
     * @param batches read by the thread alone
     * @param ahead how many may wait, at least 1
     */
    public BatchesAhead(Iterator<? extends T> batches, int ahead) {
        Preconditions.checkArgument(ahead >= 1, "ahead is %s; it must be at least 1.", ahead);
        queue = new ArrayBlockingQueue<>(ahead);
        maker = new Thread(() -> make(batches), "peft-batches-ahead");
        maker.setDaemon(true);
        maker.start();
    }

    private void make(Iterator<? extends T> batches) {
        try {
            queue.put(makeAll(batches));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody asks any more
        }
    }

    /** Makes all batches, and returns how it ended. */
    @SuppressWarnings("IllegalCatch") // whatever it is, the training is to see it
    private Made<T> makeAll(Iterator<? extends T> batches) throws InterruptedException {
        try {
            while (batches.hasNext()) {
                queue.put(new Made<>(batches.next(), null));
            }
            return new Made<>(null, null);
        } catch (RuntimeException | Error e) {
            return new Made<>(null, e);
        }
    }

    @Override
    protected @Nullable T computeNext() {
        Made<T> next;
        try {
            Interruption.check("The run over the batches");
            next = queue.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Interruption.check("The run over the batches");
            throw new IllegalStateException(
                    "The thread is interrupted, so this is not reached.", e);
        }
        if (next.failure() != null) {
            Throwables.throwIfUnchecked(next.failure());
        }
        return next.batch() == null ? endOfData() : next.batch();
    }

    /** Ends the thread, and waits for the batch that it is at. */
    @Override
    public void close() {
        maker.interrupt();
        Uninterruptibles.joinUninterruptibly(maker);
    }
}
