package io.github.peft4j.io.file;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads files that belong together such that all of them are of one save, while others save there
 * and after a save that was killed.
 */
public final class StableFolder {

    private static final Logger logger = LoggerFactory.getLogger(StableFolder.class);

    private static final int FREE_TRIES = 4;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long SAVE_MILLIS = 2000;

    private final Path folder;
    private final String files;

    private StableFolder(Path folder, String files) {
        this.folder = folder;
        this.files = files;
    }

    /**
     * Reads a folder; what it returns is closed and made again if somebody saved meanwhile.
     *
     * @param <T> what is read
     */
    @FunctionalInterface
    public interface Reading<T extends AutoCloseable> {

        /** Reads, and lets nothing of it take effect yet. */
        T read() throws IOException;
    }

    /** The files changed while they were read; the reading begins again. */
    private static final class ChangedException extends IOException {
        private static final long serialVersionUID = 1;

        ChangedException(Path folder, @Nullable Exception cause) {
            super(folder + " was saved to while it was read", cause);
        }
    }

    /**
     * Reads files of one save. A save that was interrupted is finished first. A reading during
     * which somebody saved is repeated, in the end with the folder locked.
     *
     * @param files which files matter, as a glob such as {@code adapter_*}
     * @throws IOException that of the reading, or if the folder does not come to rest
     */
    public static <T extends AutoCloseable> T read(Path folder, String files, Reading<T> reading)
            throws IOException {
        StableFolder stable = new StableFolder(RealFile.absolute(folder), files);
        long start = System.nanoTime();
        for (int tries = 1; true; tries++) {
            if (tries <= FREE_TRIES) {
                stable.settle();
            }
            // Who holds the folder must not wait for another one, as to settle it may mean.
            try (HeldFolders held = tries <= FREE_TRIES ? null : stable.hold()) {
                return stable.readOnce(reading);
            } catch (ChangedException e) {
                logger.debug("Reading {} again", folder, e);
                if (System.nanoTime() - start > PATIENCE_NANOS) {
                    throw new IOException(
                            folder
                                    + " is saved to all the time and cannot be read in between. Load"
                                    + " it when the saving has ended.",
                            e);
                }
            }
        }
    }

    private <T extends AutoCloseable> T readOnce(Reading<T> reading) throws IOException {
        Map<String, String> before = state();
        // A save that is under way now may have renamed some of its files already.
        if (HeldFolders.interrupted(folder) != null) {
            throw new ChangedException(folder, null);
        }
        T result;
        try {
            result = reading.read();
        } catch (IOException | RuntimeException e) {
            if (isAsBefore(before)) {
                throw e;
            }
            throw new ChangedException(folder, e);
        }
        if (!isAsBefore(before)) {
            close(result);
            throw new ChangedException(folder, null);
        }
        return result;
    }

    /**
     * Whether nobody has saved since. The list of a save is looked for first: one that begins after
     * that has not touched what was read, and one that ended before it shows in the files.
     */
    private boolean isAsBefore(Map<String, String> before) throws IOException {
        return HeldFolders.interrupted(folder) == null && state().equals(before);
    }

    private void close(AutoCloseable result) {
        try {
            result.close();
        } catch (Exception e) {
            logger.warn("Could not free what was read from {}", folder, e);
        }
    }

    /** Finishes an interrupted save, or waits for its own process to do so. */
    private void settle() throws IOException {
        try {
            HeldFolders.settle(folder);
        } catch (FileSystemException e) {
            if (remains()) {
                throw new IOException(
                        HeldFolders.interrupted(folder)
                                + " holds a save that was interrupted, and it cannot be finished: "
                                + e
                                + ". Save there again, or give this process the right to write"
                                + " there.",
                        e);
            }
        }
    }

    private boolean remains() throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SAVE_MILLIS);
        try {
            while (HeldFolders.interrupted(folder) != null && System.nanoTime() < end) {
                Thread.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return HeldFolders.interrupted(folder) != null;
    }

    /** Keeps savers away; null where this process may not write. */
    private @Nullable HeldFolders hold() throws IOException {
        try {
            return HeldFolders.settled(ImmutableList.of(folder));
        } catch (FileSystemException e) {
            logger.debug("Cannot lock {}", folder, e);
            return null;
        }
    }

    private Map<String, String> state() throws IOException {
        Map<String, String> state = new HashMap<>();
        if (!Files.isDirectory(folder)) {
            return state;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, files)) {
            for (Path file : all) {
                BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
                state.put(
                        file.getFileName().toString(),
                        facts.fileKey() + " " + facts.size() + " " + facts.lastModifiedTime());
            }
        } catch (NoSuchFileException e) {
            state.put(String.valueOf(e.getFile()), "gone");
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return state;
    }
}
