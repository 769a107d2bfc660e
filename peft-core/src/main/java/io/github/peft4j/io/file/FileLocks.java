package io.github.peft4j.io.file;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the locks that a system keeps on files; it ends them with their process. */
public final class FileLocks {

    private static final long LONGEST_PAUSE_MILLIS = 10;

    /** A lock that is free after so many tries is not worth a word. */
    private static final int QUIET_TRIES = 10;

    private static final Logger logger = LoggerFactory.getLogger(FileLocks.class);

    private FileLocks() {}

    /**
     * Asks for the lock again and again: to wait for it in the system may fail where several
     * threads of several processes wait, which the system takes for a circle.
     *
     * @param file what the channel is open on, for messages
     * @param shared whether others may hold it at the same time, if they share it too
     * @param interrupted what an interrupted thread is told
     * @return null where the file system has no locks
     * @throws InterruptedIOException if the thread is interrupted meanwhile
     */
    public static @Nullable FileLock await(
            FileChannel channel, Path file, boolean shared, String interrupted) throws IOException {
        for (int tries = 0; true; tries++) {
            try {
                FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException e) {
                logger.debug("Another copy of this library holds {}", file, e);
            } catch (IOException e) {
                logger.debug("The file system of {} has no locks", file, e);
                return null;
            }
            if (tries == QUIET_TRIES) {
                logger.info("Waiting for another process that holds {}", file);
            }
            try {
                Thread.sleep(Math.min(LONGEST_PAUSE_MILLIS, 1 + tries));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException(interrupted);
            }
        }
    }

    /** What tells a file from another of its name; null where there is none, or no file. */
    public static @Nullable Object key(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }
}
