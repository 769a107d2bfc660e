package io.github.peft4j.io.file;

import com.google.common.collect.MapMaker;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a folder against all other savers, those of this process and, where the file system knows
 * locks, those of others. The system ends a lock with its process, so that nobody waits for the
 * dead. The file that carries the lock is gone when nobody holds it.
 */
final class FolderLock implements AutoCloseable {

    static final String NAME = ".peft4j-lock";

    private static final Logger logger = LoggerFactory.getLogger(FolderLock.class);

    /** Only as long as somebody holds or wants them: folders come and go. */
    private static final ConcurrentMap<Path, ReentrantLock> HERE =
            new MapMaker().weakValues().makeMap();

    private final ReentrantLock here;
    private final @Nullable FileChannel channel;
    private final Path file;

    private FolderLock(ReentrantLock here, @Nullable FileChannel channel, Path file) {
        this.here = here;
        this.channel = channel;
        this.file = file;
    }

    /** Waits for the folder; a thread may hold it several times. */
    static FolderLock of(Path folder) throws IOException {
        Path real = folder.toRealPath();
        ReentrantLock here = HERE.computeIfAbsent(real, path -> new ReentrantLock());
        here.lock();
        boolean done = false;
        try {
            Path file = real.resolve(NAME);
            FolderLock lock =
                    new FolderLock(here, here.getHoldCount() > 1 ? null : open(file), file);
            done = true;
            return lock;
        } finally {
            if (!done) {
                here.unlock();
            }
        }
    }

    /** The channel of a locked file that still has its name; null where there are no locks. */
    private static @Nullable FileChannel open(Path file) throws IOException {
        while (true) {
            FileChannel channel;
            try {
                channel =
                        FileChannel.open(
                                file,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE,
                                LinkOption.NOFOLLOW_LINKS);
            } catch (AccessDeniedException e) {
                removeOther(file, e);
                continue;
            }
            boolean done = false;
            try {
                Object opened = FileLocks.key(file);
                FileLock lock = lock(channel, file, false);
                // Its last owner may have deleted it while this one waited for it.
                if (lock == null
                        || (opened != null && Objects.equals(opened, FileLocks.key(file)))) {
                    done = true;
                    return channel;
                }
                if (opened == null && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    done = true; // a system whose files have no keys keeps open files as well
                    return channel;
                }
            } finally {
                if (!done) {
                    channel.close();
                }
            }
        }
    }

    /**
     * Waits for a saver whose file this process may not write to, e.g. one of another user, and
     * removes what it has left if it was killed: who may read the file can lock it, too.
     */
    private static void removeOther(Path file, AccessDeniedException denied) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            Object opened = FileLocks.key(file);
            if (lock(channel, file, true) != null) {
                if (opened != null && Objects.equals(opened, FileLocks.key(file))) {
                    Files.deleteIfExists(file);
                }
                return;
            }
        } catch (NoSuchFileException e) {
            if (Files.isWritable(file.resolveSibling(""))) {
                return; // it has just been deleted
            }
            throw denied;
        } catch (FileSystemException e) {
            denied.addSuppressed(e); // not to be read, or not to be deleted, as in /tmp
        }
        AccessDeniedException refusal =
                new AccessDeniedException(
                        file.toString(),
                        null,
                        "it belongs to %s, of whom a process saves there or was killed. Save as that"
                                        .formatted(owner(file))
                                + " user, or delete the file if no such process runs any more.");
        refusal.initCause(denied);
        throw refusal;
    }

    private static String owner(Path file) {
        try {
            return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).getName();
        } catch (IOException | UnsupportedOperationException e) {
            logger.debug("Cannot tell the owner of {}", file, e);
            return "another user";
        }
    }

    private static @Nullable FileLock lock(FileChannel channel, Path file, boolean shared)
            throws IOException {
        return FileLocks.await(
                channel,
                file,
                shared,
                "The thread was interrupted while another saver held "
                        + file.resolveSibling("")
                        + ". Save or load again.");
    }

    @Override
    public void close() throws IOException {
        try {
            if (channel != null) {
                PendingFile.deleteQuietly(file);
                channel.close();
            }
        } finally {
            here.unlock();
        }
    }
}
