package io.github.peft4j.io.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What makes a save of several files one step: a list of the complete files that wait under
 * temporary names, which appears in the folder at once. From then on the save has happened: whoever
 * finds the list finishes the renaming, the saver itself or, if it was killed, the next one who
 * reads or saves there.
 *
 * <p>Between two lines that frame them, a line {@code + id name} for a file, whose temporary name
 * the id tells, and {@code - name} for one that goes. Names are relative to the folder and lie in
 * it.
 */
final class SaveJournal {

    static final String NAME = ".peft4j-save";

    private static final String BEGIN = "peft4j save 1";
    private static final String END = "end";
    private static final Pattern LINE = Pattern.compile("\\+ [0-9a-f-]{36} .+|- .+");
    private static final int NAME_AT = 2 + 36 + 1;
    private static final long MOST_BYTES = 1 << 26;

    private static final Logger logger = LoggerFactory.getLogger(SaveJournal.class);

    private final Path root;
    private final List<String> lines;

    private SaveJournal(Path root, List<String> lines) {
        this.root = root;
        this.lines = lines;
    }

    /** The list of complete files, and of names that their save removes. */
    static SaveJournal of(Path root, List<PendingFile> files, Iterable<String> obsolete) {
        List<String> lines = new ArrayList<>();
        for (PendingFile file : files) {
            String name = root.relativize(file.target()).toString().replace('\\', '/');
            lines.add("+ " + file.id() + " " + name);
        }
        obsolete.forEach(name -> lines.add("- " + name));
        return new SaveJournal(root, lines);
    }

    /** Waits for the saver of this folder, or finishes its save if it was interrupted. */
    static void settle(Path root) throws IOException {
        while (true) {
            SaveJournal seen = read(root);
            if (seen == null) {
                return;
            }
            try (HeldFolders held = HeldFolders.of(seen.folders())) {
                SaveJournal now = read(root);
                if (now == null) {
                    return;
                }
                if (now.lines.equals(seen.lines)) {
                    now.apply();
                    return;
                }
            }
        }
    }

    static boolean isIn(Path root) {
        return Files.exists(root.resolve(NAME), LinkOption.NOFOLLOW_LINKS);
    }

    /** Tells who owns a file or folder. */
    interface Owners {
        UserPrincipal of(Path path) throws IOException;
    }

    /**
     * Whether there is a list that matters to who reads or saves in a folder: any list there, and
     * above it one that names files in it. What else lies above is none of his business.
     *
     * <p>Where everybody may write above the folder, as in {@code /tmp}, a list of some stranger
     * would move and delete files with the rights of who follows it. So it counts only if it
     * belongs to the owner of the folder, or of the one that it lies in.
     */
    static boolean concerns(Path root, Path folder) throws IOException {
        return concerns(root, folder, path -> Files.getOwner(path));
    }

    /** As {@link #concerns(Path, Path)}, by owners that somebody else knows. */
    static boolean concerns(Path root, Path folder, Owners owners) throws IOException {
        if (!isIn(root) || root.equals(folder)) {
            return isIn(root);
        }
        if (!isOfOwner(root, folder, owners)) {
            return false;
        }
        SaveJournal journal;
        try {
            journal = read(root);
        } catch (IOException e) {
            logger.debug("Not the list of a save", e);
            return false;
        }
        return journal != null
                && journal.lines.stream().anyMatch(line -> journal.target(line).startsWith(folder));
    }

    private static boolean isOfOwner(Path root, Path folder, Owners owners) throws IOException {
        try {
            UserPrincipal owner = owners.of(root.resolve(NAME));
            return owner.equals(owners.of(root))
                    || (Files.exists(folder) && owner.equals(owners.of(folder)));
        } catch (NoSuchFileException e) {
            logger.debug("The list of a save is gone", e);
            return false;
        } catch (UnsupportedOperationException e) {
            logger.debug("The file system of {} knows no owners", root, e);
            return true;
        }
    }

    /** Where its files go, and where it lies itself. */
    private List<Path> folders() throws IOException {
        List<Path> folders = new ArrayList<>();
        folders.add(root);
        for (String line : lines) {
            Path target = target(line);
            folders.add(
                    line.startsWith("+") ? RealFile.of(target).getParent() : target.getParent());
        }
        return folders;
    }

    private static @Nullable SaveJournal read(Path root) throws IOException {
        Path file = root.resolve(NAME);
        List<String> lines;
        try {
            BasicFileAttributes facts =
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!facts.isRegularFile() || facts.size() > MOST_BYTES) {
                throw malformed(file, "it is no file of that kind");
            }
            lines = Utf8.decode(ByteBuffer.wrap(Files.readAllBytes(file))).lines().toList();
        } catch (NoSuchFileException e) {
            return null;
        }
        int last = lines.size() - 1;
        if (last < 1 || !lines.get(0).equals(BEGIN) || !lines.get(last).equals(END)) {
            throw malformed(file, "it does not");
        }
        SaveJournal journal = new SaveJournal(root, lines.subList(1, last));
        for (String line : journal.lines) {
            if (!LINE.matcher(line).matches() || !journal.isInside(journal.target(line))) {
                throw malformed(file, "the line '" + line + "' names no file in the folder");
            }
        }
        return journal;
    }

    private static IOException malformed(Path file, String why) {
        return new IOException(
                file
                        + " should list the files of an interrupted save, and "
                        + why
                        + ". Delete it, and save again.");
    }

    private Path target(String line) {
        return root.resolve(line.substring(line.startsWith("+") ? NAME_AT : 2)).normalize();
    }

    private boolean isInside(Path target) {
        return target.startsWith(root) && !target.equals(root);
    }

    /** Makes the save happen: from here on it survives the end of the process. */
    void publish() throws IOException {
        Path temporary = PendingFile.temporary(root.resolve(NAME), UUID.randomUUID().toString());
        List<String> all = new ArrayList<>();
        all.add(BEGIN);
        all.addAll(lines);
        all.add(END);
        try {
            try (FileChannel out =
                    FileChannel.open(
                            temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                FileContent.utf8(String.join("\n", all) + "\n").writeTo(out);
                out.force(true);
            }
            Files.move(temporary, root.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            PendingFile.deleteQuietly(temporary);
        }
        PendingFile.sync(root);
    }

    /** Puts each file that still waits into its place, and removes the list. */
    void apply() throws IOException {
        for (String line : lines) {
            if (line.startsWith("+")) {
                PendingFile.rename(target(line), line.substring(2, NAME_AT - 1));
            } else {
                Files.deleteIfExists(target(line));
            }
        }
        Files.deleteIfExists(root.resolve(NAME));
    }
}
