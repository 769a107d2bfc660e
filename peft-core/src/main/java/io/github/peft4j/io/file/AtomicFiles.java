package io.github.peft4j.io.file;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.exception.MalformedTensorFileException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Writes files such that each is either the whole new one or the untouched old one.
 *
 * <p>All contents go to temporary files beside their targets and from there to the disk itself;
 * only then are they renamed, one after the other, in the order of the map. A full disk, a content
 * that throws or a crash before the first renaming therefore leaves every old file as it was; a
 * failure deletes the temporary files and the directories that were made. A crash among the
 * renamings can leave new files beside old ones, each of them whole: put the file that readers look
 * for first last.
 */
public final class AtomicFiles {

    private AtomicFiles() {}

    /**
     * Writes one file.
     *
     * @throws IOException if that fails, with the file's name and the original error as its cause
     */
    public static void write(Path file, FileContent content) throws IOException {
        Path absolute = file.toAbsolutePath().normalize();
        Path directory = absolute.getParent();
        if (directory == null) {
            throw new FileSystemException(
                    file.toString(), null, "it is a directory. Pass the path of a file.");
        }
        write(directory, ImmutableMap.of(absolute.getFileName().toString(), content));
    }

    /**
     * Writes several files into a directory, which is made if it is missing.
     *
     * @param files contents by name; a name may lead into a directory below ({@code
     *     "other/adapter_config.json"}), never out of it
     * @throws IllegalArgumentException if a name leads out of the directory
     * @throws IOException if that fails, with the file's name and the original error as its cause
     */
    public static void write(Path directory, Map<String, ? extends FileContent> files)
            throws IOException {
        Path root = directory.toAbsolutePath().normalize();
        List<PendingFile> pending = new ArrayList<>();
        for (Map.Entry<String, ? extends FileContent> file : files.entrySet()) {
            pending.add(new PendingFile(target(root, file.getKey()), file.getValue()));
        }
        Deque<Path> made = new ArrayDeque<>();
        boolean done = false;
        try {
            makeDirectories(root, made);
            for (PendingFile file : pending) {
                makeDirectories(file.directory(), made);
                file.requireReplaceable();
            }
            for (PendingFile file : pending) {
                file.writeTemporary();
            }
            for (PendingFile file : pending) {
                file.rename();
            }
            done = true;
        } finally {
            if (!done) {
                pending.forEach(PendingFile::deleteTemporary);
                made.forEach(PendingFile::deleteQuietly);
            }
        }
        for (PendingFile file : pending) {
            file.syncDirectory();
        }
    }

    private static Path target(Path root, String name) {
        Path target = root.resolve(name).normalize();
        if (!target.startsWith(root) || target.equals(root)) {
            throw new IllegalArgumentException(
                    "The file name "
                            + MalformedTensorFileException.quote(name)
                            + " leads out of "
                            + root
                            + ". Use a name below it.");
        }
        return target;
    }

    /** Makes missing directories, from the outermost on; {@code made} gets the innermost first. */
    private static void makeDirectories(Path directory, Deque<Path> made) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        Path at = directory;
        while (at != null && !Files.isDirectory(at)) {
            if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileSystemException(
                        at.toString(),
                        null,
                        "it is a file where a directory must be. Choose another path or move it"
                                + " away.");
            }
            missing.push(at);
            at = at.getParent();
        }
        for (Path next : missing) {
            Files.createDirectory(next);
            made.push(next);
        }
    }
}
