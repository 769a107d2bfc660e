package io.github.peft4j.hub.internal;

import com.google.common.collect.MapMaker;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One download of a content at a time, over all threads and all processes of this library. The file
 * lies where {@code huggingface_hub} has its own; on Linux Python's kind of lock does not see this
 * kind, so a Python process may download the same at the same time. That costs time alone: whole
 * files are renamed into their places, here as there.
 */
public final class CacheLock implements AutoCloseable {

    private static final long LONGEST_PAUSE_MILLIS = 100;

    private static final Logger logger = LoggerFactory.getLogger(CacheLock.class);

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
            throw interrupted(file);
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
                Object opened = key(file);
                // Python may delete the file while this process waits for it.
                if (lock(channel, file) == null || Objects.equals(opened, key(file))) {
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

    /** Null where the file system has no locks. */
    private static @Nullable FileLock lock(FileChannel channel, Path file) throws IOException {
        for (int tries = 0; true; tries++) {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException e) {
                logger.debug("Another copy of this library holds {}", file, e);
            } catch (IOException e) {
                logger.debug("The file system of {} has no locks", file, e);
                return null;
            }
            if (tries == 0) {
                logger.info("Waiting for another process that holds {}", file);
            }
            try {
                Thread.sleep(Math.min(LONGEST_PAUSE_MILLIS, 5L + tries));
            } catch (InterruptedException e) {
                throw interrupted(file);
            }
        }
    }

    private static InterruptedIOException interrupted(Path file) {
        Thread.currentThread().interrupt();
        return new InterruptedIOException(
                "The thread was interrupted while another download held "
                        + file
                        + ". Nothing is lost: ask again.");
    }

    private static @Nullable Object key(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
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
