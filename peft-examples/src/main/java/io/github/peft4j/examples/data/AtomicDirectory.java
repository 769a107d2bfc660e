package io.github.peft4j.examples.data;

import ai.djl.MalformedModelException;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A directory that is made at its first use and then kept. Two processes that start at once make
 * one; a process that is killed leaves none.
 */
final class AtomicDirectory {

    private static final Object ONE_THREAD = new Object();

    private AtomicDirectory() {}

    /** Puts files into an empty directory. */
    @FunctionalInterface
    interface Filler {
        void fill(Path directory) throws IOException, MalformedModelException;
    }

    /**
     * The directory of this name, made if it is not there.
     *
     * @param cache where such directories are kept; need not exist
     */
    static Path directory(Path cache, String name, Filler filler)
            throws IOException, MalformedModelException {
        Path directory = cache.resolve(name);
        if (Files.isDirectory(directory)) {
            return directory;
        }
        Files.createDirectories(cache);
        synchronized (ONE_THREAD) {
            try (FileChannel channel =
                    FileChannel.open(
                            cache.resolve(name + ".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE)) {
                channel.lock(); // until the channel is closed, or the process is gone
                if (!Files.isDirectory(directory)) {
                    make(directory, filler);
                }
            }
        }
        return directory;
    }

    /** Fills a directory beside the goal and renames; whoever holds the lock owns it. */
    private static void make(Path directory, Filler filler)
            throws IOException, MalformedModelException {
        Path partial = directory.resolveSibling(directory.getFileName() + ".partial");
        delete(partial);
        Files.createDirectory(partial);
        try {
            filler.fill(partial);
            Files.move(partial, directory, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(partial);
        }
    }

    private static void delete(Path partial) throws IOException {
        if (Files.exists(partial)) {
            MoreFiles.deleteRecursively(partial, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }
}
