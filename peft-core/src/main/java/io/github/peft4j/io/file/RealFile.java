package io.github.peft4j.io.file;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** What a path to be written stands for: its own file, the file of a link, a pipe, a device. */
final class RealFile {

    private RealFile() {}

    /**
     * The file itself, links followed.
     *
     * @throws FileSystemException if the path is a directory, or a link that must not be written
     *     through
     */
    static Path of(Path path) throws IOException {
        if (isSpecial(path) && !Files.isDirectory(path)) {
            return path; // links of the system to pipes lead to no name, such as /dev/stdout
        }
        Path real = path;
        for (int links = 0; Files.isSymbolicLink(real); links++) {
            if (links > 40) {
                throw refused(path, "it is a link that leads in a circle. Remove it.");
            }
            real = next(real);
        }
        if (Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(
                    path,
                    "it is a directory where a file must be. Choose another path or move it away.");
        }
        if (!real.equals(path) && isBlob(real)) {
            throw refused(
                    path,
                    "it is a link to "
                            + real
                            + ", which a cache of Hugging Face's hub shares by its content. Save"
                            + " into another folder, or put a copy in the place of the link.");
        }
        Path parent = real.getParent();
        if (!real.equals(path) && parent != null && !Files.isDirectory(parent)) {
            throw refused(
                    path, "it is a link to " + real + ", and that has no directory. Remove it.");
        }
        return real;
    }

    /** Where a link leads; a step up counts from where its folder really lies. */
    private static Path next(Path link) throws IOException {
        Path folder = link.resolveSibling("").toRealPath();
        return absolute(folder.resolve(Files.readSymbolicLink(link)));
    }

    /**
     * A path from the top, links not followed except where it steps up again: from there on it
     * counts from where the link leads, as for the system.
     */
    static Path absolute(Path path) throws IOException {
        Path all = path.toAbsolutePath();
        Path at = all.getRoot();
        for (Path name : all) {
            if (name.toString().equals("..")) {
                Path real = Files.isSymbolicLink(at) && Files.exists(at) ? at.toRealPath() : at;
                at = real.getParent() == null ? real : real.getParent();
            } else {
                at = name.toString().equals(".") ? at : at.resolve(name);
            }
        }
        return at;
    }

    /** Whether bytes are written into it, and it is never replaced: a pipe or a device. */
    static boolean isSpecial(Path real) {
        return Files.exists(real) && !Files.isRegularFile(real);
    }

    private static boolean isBlob(Path real) {
        Path folder = real.getParent();
        return folder != null
                && folder.getFileName() != null
                && folder.getFileName().toString().equals("blobs")
                && Files.isDirectory(folder.resolveSibling("snapshots"));
    }

    private static FileSystemException refused(Path path, String why) {
        return new FileSystemException(path.toString(), null, why);
    }
}
