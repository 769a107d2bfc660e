package io.github.peft4j.engine;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Work that is shared among threads of its own, for parts that LibTorch does in one thread. */
public final class Workers {

    private Workers() {}

    /**
     * Runs each task in a thread and waits for all. They end also where one fails: the first
     * failure is thrown, in the order of the tasks, with the others suppressed.
     *
     * @throws IOException if a task throws it, or the waiting thread is interrupted; the tasks are
     *     interrupted and waited for then
     */
    public static void runAll(List<? extends Callable<Void>> tasks) throws IOException {
        ExecutorService threads =
                Executors.newFixedThreadPool(
                        Math.max(1, tasks.size()),
                        new ThreadFactoryBuilder()
                                .setDaemon(true)
                                .setNameFormat("peft-%d")
                                .build());
        @Nullable Exception failure = null;
        try {
            List<Future<Void>> running = tasks.stream().map(threads::submit).toList();
            threads.shutdown();
            for (Future<Void> task : running) {
                failure = with(failure, failureOf(task, threads));
            }
        } finally {
            threads.shutdownNow();
        }
        if (failure != null) {
            Throwables.throwIfInstanceOf(failure, IOException.class);
            Throwables.throwIfUnchecked(failure);
            throw new IllegalStateException(failure);
        }
    }

    private static @Nullable Exception with(@Nullable Exception first, @Nullable Exception next) {
        if (first == null) {
            return next;
        }
        if (next != null) {
            first.addSuppressed(next);
        }
        return first;
    }

    private static @Nullable Exception failureOf(Future<Void> task, ExecutorService threads) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    task.get();
                    return interrupted ? new InterruptedIOException("interrupted") : null;
                } catch (InterruptedException e) {
                    interrupted = true;
                    threads.shutdownNow();
                } catch (ExecutionException e) {
                    return e.getCause() instanceof Exception cause
                            ? cause
                            : new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
