package io.github.peft4j.hub.internal;

import com.google.common.collect.MapMaker;
import io.github.peft4j.io.file.FileLocks;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One download of a content at a time, over all threads and all processes of this library. The file
 * lies where {@code huggingface_hub} has its own; on Linux Python's kind of lock does not see this
 * kind, so a Python process may download the same at the same time. That costs time alone: whole
 * files are renamed into their places, here as there.
 */
public final class CacheLock implements AutoCloseable {

    private static final ConcurrentMap<Path, ReentrantLock> HERE =
            new MapMaker().weakValues().makeMap();

    private final ReentrantLock here;
    private final @Nullable FileChannel channel;

    private CacheLock(ReentrantLock here, @Nullable FileChannel channel) {
        this.here = here;
        this.channel = channel;
    }

    /**
     * Waits for the lock.
     *
     * @throws InterruptedIOException if the thread is interrupted meanwhile
     */
    public static CacheLock of(Path file) throws IOException {
        Files.createDirectories(file.resolveSibling(""));
        Path real = file.resolveSibling("").toRealPath().resolve(file.getFileName());
        ReentrantLock here = HERE.computeIfAbsent(real, path -> new ReentrantLock());
        try {
            here.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(held(file));
        }
        boolean done = false;
        try {
            CacheLock lock = new CacheLock(here, here.getHoldCount() > 1 ? null : open(real));
            done = true;
            return lock;
        } finally {
            if (!done) {
                here.unlock();
            }
        }
    }

    private static FileChannel open(Path file) throws IOException {
        while (true) {
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            boolean done = false;
            try {
                Object opened = FileLocks.key(file);
                // Python may delete the file while this process waits for it.
                if (FileLocks.await(channel, file, false, held(file)) == null
                        || Objects.equals(opened, FileLocks.key(file))) {
                    done = true;
                    return channel;
                }
            } finally {
                if (!done) {
                    channel.close();
                }
            }
        }
    }

    private static String held(Path file) {
        return "The thread was interrupted while another download held "
                + file
                + ". Nothing is lost: ask again.";
    }

    @Override
    public void close() throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            here.unlock();
        }
    }
}
