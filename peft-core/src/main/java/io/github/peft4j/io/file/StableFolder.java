package io.github.peft4j.io.file;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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

    /** How far above a file the list of its save may lie: adapters of adapters of a folder. */
    private static final int LEVELS = 3;

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
        StableFolder stable = new StableFolder(folder.toAbsolutePath().normalize(), files);
        long start = System.nanoTime();
        for (int tries = 1; true; tries++) {
            try (FolderLock lock = tries <= FREE_TRIES ? null : stable.lock()) {
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
        for (Path at : ancestors()) {
            settle(at);
        }
        Map<String, String> before = state();
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

    private boolean isAsBefore(Map<String, String> before) throws IOException {
        return state().equals(before) && ancestors().stream().noneMatch(SaveJournal::isIn);
    }

    private void close(AutoCloseable result) {
        try {
            result.close();
        } catch (Exception e) {
            logger.warn("Could not free what was read from {}", folder, e);
        }
    }

    /** The folder and those above it, the uppermost first. */
    private List<Path> ancestors() {
        List<Path> all = new ArrayList<>();
        Path at = folder;
        for (int level = 0; at != null && level < LEVELS; level++) {
            all.add(0, at);
            at = at.getParent();
        }
        return all;
    }

    /** Finishes an interrupted save, or waits for its own process to do so. */
    private static void settle(Path at) throws IOException {
        if (!SaveJournal.isIn(at)) {
            return;
        }
        try (FolderLock lock = FolderLock.of(at)) {
            SaveJournal.settle(at);
        } catch (FileSystemException e) {
            if (remains(at)) {
                throw new IOException(
                        at
                                + " holds a save that was interrupted, and it cannot be finished: "
                                + e
                                + ". Save there again, or give this process the right to write"
                                + " there.",
                        e);
            }
        }
    }

    private static boolean remains(Path at) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SAVE_MILLIS);
        try {
            while (SaveJournal.isIn(at) && System.nanoTime() < end) {
                Thread.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return SaveJournal.isIn(at);
    }

    /** Keeps savers away; null where this process may not write. */
    private @Nullable FolderLock lock() throws IOException {
        Path root = folder;
        for (Path at : ancestors()) {
            if (!new StableFolder(at, files).state().isEmpty()) {
                root = at;
                break;
            }
        }
        try {
            return FolderLock.of(root);
        } catch (FileSystemException e) {
            logger.debug("Cannot lock {}", root, e);
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
