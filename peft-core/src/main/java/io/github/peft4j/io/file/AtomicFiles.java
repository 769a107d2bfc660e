package io.github.peft4j.io.file;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.exception.MalformedTensorFileException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes files such that each is either the whole new one or the untouched old one, and such that
 * several files of one save change in one step.
 *
 * <p>All contents go to temporary files beside their targets and from there to the disk itself. A
 * full disk, a content that throws or a kill before all of them are complete leaves every old file
 * as it was. Then a list of them appears in the folder, by one renaming ({@code .peft4j-save}), and
 * the save has happened: the files are renamed and the list goes. If the process is killed among
 * these renamings, the next one who saves or reads there ({@link StableFolder}) finishes them. Who
 * reads files without asking, as Python does, may meet some old and some new files until then.
 * Savers of one folder take turns, across processes too. Temporary files of dead processes go with
 * the next save.
 *
 * <p>A link is followed to its file, unless that lies in a cache of the hub. Pipes and devices are
 * written into.
 */
public final class AtomicFiles {

    private AtomicFiles() {}

    /**
     * Writes one file.
     *
     * @throws IOException if that fails, with the file's name and the original error as its cause
     */
    public static void write(Path file, FileContent content) throws IOException {
        Path absolute = RealFile.absolute(file);
        Path directory = absolute.getParent();
        if (directory == null) {
            throw new FileSystemException(
                    file.toString(), null, "it is a directory. Pass the path of a file.");
        }
        write(directory, ImmutableMap.of(absolute.getFileName().toString(), content));
    }

    /** Writes several files; see {@link #write(Path, Map, Collection)}. */
    public static void write(Path directory, Map<String, ? extends FileContent> files)
            throws IOException {
        write(directory, files, ImmutableSet.of());
    }

    /**
     * Writes several files into a directory, which is made if it is missing.
     *
     * @param files contents by name; a name may lead into a directory below ({@code
     *     "other/adapter_config.json"}), never out of it
     * @param obsolete names of files that belong to what is replaced, and go with it
     * @throws IllegalArgumentException if a name leads out of the directory
     * @throws IOException if that fails, with the file's name and the original error as its cause
     */
    public static void write(
            Path directory, Map<String, ? extends FileContent> files, Collection<String> obsolete)
            throws IOException {
        Path root = RealFile.absolute(directory);
        files.keySet().forEach(name -> target(root, name));
        obsolete.forEach(name -> target(root, name));
        Deque<Path> made = new ArrayDeque<>();
        List<PendingFile> pending = new ArrayList<>();
        boolean done = false;
        try {
            makeDirectories(root, made);
            for (Map.Entry<String, ? extends FileContent> file : files.entrySet()) {
                Path target = target(root, file.getKey());
                makeDirectories(target.resolveSibling("").normalize(), made);
                pending.add(new PendingFile(target, file.getValue()));
            }
            write(root, pending, ImmutableSet.copyOf(obsolete));
            done = true;
        } finally {
            pending.forEach(PendingFile::close);
            if (!done) {
                made.forEach(PendingFile::deleteQuietly);
            }
        }
    }

    private static void write(Path root, List<PendingFile> all, Set<String> obsolete)
            throws IOException {
        List<PendingFile> files = all.stream().filter(file -> !file.isSpecial()).toList();
        Set<Path> directories = new LinkedHashSet<>();
        files.forEach(file -> directories.add(file.directory()));
        Set<Path> folders = new LinkedHashSet<>(directories);
        folders.add(root);
        obsolete.forEach(name -> folders.add(target(root, name).resolveSibling("")));
        boolean several = files.size() + obsolete.size() > 1;
        if (several) {
            try (HeldFolders held = HeldFolders.settled(folders)) {
                for (Path directory : directories) {
                    PendingFile.removeDead(directory);
                }
                reserve(files);
            }
        } else {
            for (PendingFile file : files) {
                file.removeDead();
            }
            reserve(files);
        }
        for (PendingFile file : files) {
            file.write();
        }
        if (several) {
            try (HeldFolders held = HeldFolders.settled(folders)) {
                for (PendingFile file : files) {
                    file.checkWaits();
                }
                SaveJournal journal = SaveJournal.of(root, files, obsolete);
                journal.publish();
                files.forEach(PendingFile::commit);
                journal.apply();
            }
        } else {
            for (PendingFile file : files) {
                HeldFolders.settle(file.target().resolveSibling(""));
                file.rename();
            }
        }
        directories.forEach(PendingFile::sync);
        for (PendingFile file : all) {
            if (!files.contains(file)) {
                file.writeThrough();
            }
        }
    }

    private static void reserve(List<PendingFile> files) throws IOException {
        for (PendingFile file : files) {
            file.reserve();
        }
    }

    private static Path target(Path root, String name) {
        Path target = root.resolve(name).normalize();
        if (!target.startsWith(root) || target.equals(root) || name.lines().count() != 1) {
            throw new IllegalArgumentException(
                    "The file name "
                            + MalformedTensorFileException.quote(name)
                            + " leads out of "
                            + root
                            + ". Use a name below it, in one line.");
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
            try {
                Files.createDirectory(next);
                made.push(next);
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(next)) {
                    throw e;
                }
            }
        }
    }
}
