package io.github.peft4j.io.file;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file on its way: its content lies under a temporary name until it is renamed. The temporary
 * file is locked as long as its process lives, so that others can tell what a dead one left.
 */
final class PendingFile implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(PendingFile.class);

    private static final Pattern TEMPORARY =
            Pattern.compile("\\..+\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.tmp");

    /** Those of this process: to open one would end its lock on many systems. */
    private static final Set<Path> ALIVE = ConcurrentHashMap.newKeySet();

    private final Path target;
    private final Path real;
    private final String id = UUID.randomUUID().toString();
    private final FileContent content;
    private @Nullable FileChannel channel;
    private boolean committed;

    /** A file that will stand at this path, or where a link at this path leads. */
    PendingFile(Path target, FileContent content) throws IOException {
        this.target = target;
        this.content = content;
        real = RealFile.of(target);
    }

    /** What tells its temporary name from all others. */
    String id() {
        return id;
    }

    Path target() {
        return target;
    }

    /** Where the file and its temporary form lie. */
    Path directory() {
        return real.resolveSibling("").normalize();
    }

    /** Whether it is written into, and not replaced: a pipe or a device. */
    boolean isSpecial() {
        return RealFile.isSpecial(real);
    }

    static Path temporary(Path real, String id) {
        // not Files.createTempFile, which would take the right to read from everybody else
        return real.resolveSibling("." + real.getFileName() + "." + id + ".tmp");
    }

    /** Creates the temporary file, empty. */
    void reserve() throws IOException {
        Path temporary = temporary(real, id);
        ALIVE.add(temporary);
        try {
            channel =
                    FileChannel.open(
                            temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            lock(channel, false);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Whether the lock was to be had. */
    private static boolean lock(FileChannel channel, boolean shared) {
        try {
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // another copy of this library in this process
        } catch (IOException e) {
            logger.debug("The file system has no locks", e);
            return false;
        }
    }

    /** Writes the content and waits until it is on the disk. */
    void write() throws IOException {
        FileChannel out = channel;
        if (out == null) {
            throw new IllegalStateException("The temporary file of " + target + " is not reserved");
        }
        try {
            content.writeTo(out);
            out.force(true);
        } catch (IOException | RuntimeException e) {
            throw failed(e);
        }
    }

    /** Writes the content into a pipe or a device. */
    void writeThrough() throws IOException {
        try (FileChannel out = FileChannel.open(real, StandardOpenOption.WRITE)) {
            content.writeTo(out);
        } catch (IOException | RuntimeException e) {
            throw new IOException("Could not write into " + target + ": " + e.getMessage(), e);
        }
    }

    private static String why(Exception e) {
        if (e instanceof ClosedByInterruptException) {
            return "the thread was interrupted";
        }
        boolean bare = e instanceof FileSystemException f && f.getReason() == null;
        return bare || e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private IOException failed(Exception e) {
        return new IOException(
                "Could not write "
                        + target
                        + ": "
                        + why(e)
                        + ". What stood there before is unchanged.",
                e);
    }

    /** Puts the file into its place. */
    void rename() throws IOException {
        checkWaits();
        rename(target, id);
    }

    /**
     * That nobody has taken the file away while it was written.
     *
     * @throws IOException if it is gone
     */
    void checkWaits() throws IOException {
        Path temporary = temporary(real, id);
        if (!Files.exists(temporary, LinkOption.NOFOLLOW_LINKS)) {
            throw failed(new NoSuchFileException(temporary.toString(), null, "it was deleted"));
        }
    }

    /** Puts a complete file into the place of its target, unless somebody else has done so. */
    static void rename(Path target, String id) throws IOException {
        Path real = RealFile.of(target);
        try {
            Files.move(temporary(real, id), real, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            logger.debug("{} is in its place", target, e);
        } catch (IOException e) {
            throw new IOException(
                    "Could not replace "
                            + target
                            + ": "
                            + e
                            + ". This file is unchanged; others of the same save may be new"
                            + " already. Save again.",
                    e);
        }
    }

    /** From here on the temporary file belongs to the folder: somebody will rename it. */
    void commit() {
        committed = true;
    }

    /** Deletes the temporary file if it is still there and not committed. */
    @Override
    public void close() {
        Path temporary = temporary(real, id);
        if (ALIVE.contains(temporary)) {
            if (!committed) {
                deleteQuietly(temporary);
            }
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                logger.warn("Could not close {}", temporary, e);
            }
            ALIVE.remove(temporary);
        }
    }

    /** Removes temporary files whose process has ended; the folder's lock is held. */
    static void removeDead(Path directory) throws IOException {
        for (Path file : temporaries(directory)) {
            removeIfDead(file, 0);
        }
    }

    /** Removes earlier temporary files of this one, without the folder's lock. */
    void removeDead() throws IOException {
        String start = "." + real.getFileName() + ".";
        for (Path file : temporaries(directory())) {
            if (file.getFileName().toString().startsWith(start)) {
                // An empty one may be so new that it is not locked yet.
                removeIfDead(file, 1);
            }
        }
    }

    private static List<Path> temporaries(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, ".*.tmp")) {
            for (Path file : files) {
                if (TEMPORARY.matcher(file.getFileName().toString()).matches()) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    private static void removeIfDead(Path file, long leastSize) {
        if (ALIVE.contains(file) || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            removeIfDead(file, leastSize, StandardOpenOption.WRITE);
        } catch (AccessDeniedException e) {
            removeOther(file, leastSize);
        } catch (IOException e) {
            logger.debug("Cannot tell whether {} is in use", file, e);
        }
    }

    /** What another user's process has left: who may read a file can lock it, too. */
    private static void removeOther(Path file, long leastSize) {
        try {
            removeIfDead(file, leastSize, StandardOpenOption.READ);
        } catch (IOException e) {
            logger.debug("Cannot tell whether {} is in use", file, e);
        }
    }

    private static void removeIfDead(Path file, long leastSize, OpenOption how) throws IOException {
        try (FileChannel other = FileChannel.open(file, how)) {
            if (other.size() >= leastSize && lock(other, how == StandardOpenOption.READ)) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Makes renamings outlast a loss of power, where the system can do that. */
    static void sync(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            logger.debug("Cannot sync {}", directory, e); // as on Windows
        }
    }

    static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            logger.warn("Could not clean up {}", path, e);
        }
    }
}
