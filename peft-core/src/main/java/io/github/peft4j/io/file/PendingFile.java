package io.github.peft4j.io.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file on its way: its content lies under a temporary name until it is renamed. */
public final class PendingFile {

    private static final Logger LOG = LoggerFactory.getLogger(PendingFile.class);

    private final Path target;
    private final Path temporary;
    private final FileContent content;
    private boolean begun;

    public PendingFile(Path target, FileContent content) {
        this.target = target;
        this.content = content;
        // not Files.createTempFile, which would take the right to read from everybody else
        this.temporary =
                target.resolveSibling(
                        "." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    }

    /** Where the file and its temporary form lie. */
    public Path directory() {
        return target.resolveSibling("").normalize();
    }

    /** Refuses a target that is no file. */
    public void requireReplaceable() throws IOException {
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(
                    target.toString(),
                    null,
                    "it is a directory where a file must be. Choose another path or move it"
                            + " away.");
        }
    }

    /** Writes the content and waits until it is on the disk. */
    public void writeTemporary() throws IOException {
        begun = true;
        try (FileChannel channel =
                FileChannel.open(
                        temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            content.writeTo(channel);
            channel.force(true);
        } catch (IOException | RuntimeException e) {
            throw new IOException(
                    "Could not write "
                            + target
                            + ": "
                            + e.getMessage()
                            + ". What stood there before is unchanged.",
                    e);
        }
    }

    /** Puts the file in its place. */
    public void rename() throws IOException {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
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

    public void deleteTemporary() {
        if (begun) {
            deleteQuietly(temporary);
        }
    }

    /** Makes the renaming outlast a loss of power, where the system can do that. */
    public void syncDirectory() {
        try (FileChannel directory = FileChannel.open(directory(), StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException e) {
            LOG.debug("Cannot sync the directory of {}", target, e); // as on Windows
        }
    }

    public static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("Could not clean up {}", path, e);
        }
    }
}
