package io.github.peft4j.hub.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One repository in the cache: {@code models--org--name} with {@code blobs} (contents by their
 * tags), {@code snapshots/COMMIT} (files by their names, links to the contents), {@code refs}
 * (commits by the names of branches and tags) and {@code .no_exist} (names that a commit lacks).
 */
public final class CacheFolder {

    private static final String TAG =
            """
            Signature: 8a477f597d28d172789f06886806bc55
            # This file marks a cache of the Hugging Face hub; programs that make backups may skip it.
            # See https://bford.info/cachedir/
            """;

    private static final Logger logger = LoggerFactory.getLogger(CacheFolder.class);

    private final Path cache;
    private final Path folder;
    private final boolean links;

    /**
     * Touches no file.
     *
     * @param folder the repository's, such as {@code models--org--name}
     * @param links whether snapshots may hold links
     */
    public CacheFolder(Path cache, String folder, boolean links) {
        this.cache = cache.toAbsolutePath().normalize();
        this.folder = this.cache.resolve(folder);
        this.links = links;
    }

    /** The files of a commit. */
    public Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    /** Where a file of a commit is, or will be. */
    public Path file(String commit, String name) {
        return snapshot(commit).resolve(name);
    }

    /** Whether a file of a commit is there, with its content. */
    public boolean has(String commit, String name) {
        return Files.isRegularFile(file(commit, name));
    }

    /** Where a content is, or will be. */
    public Path blob(String etag) {
        return folder.resolve("blobs").resolve(etag);
    }

    /** The beginning of a content whose download has not ended. */
    public Path incomplete(String etag) {
        return folder.resolve("blobs").resolve(etag + ".incomplete");
    }

    /** Waits until no other download of this content runs. */
    public CacheLock lock(String etag) throws IOException {
        return CacheLock.of(
                cache.resolve(".locks").resolve(folder.getFileName()).resolve(etag + ".lock"));
    }

    /** Makes the folders, and marks the cache for programs that make backups. */
    public void create() throws IOException {
        Files.createDirectories(folder.resolve("blobs"));
        Path tag = cache.resolve("CACHEDIR.TAG");
        if (!Files.exists(tag)) {
            try {
                Files.writeString(tag, TAG);
            } catch (IOException e) {
                logger.debug("Cannot mark {} as a cache", cache, e);
            }
        }
    }

    /** The commit of a branch or tag when it was last looked up. */
    public Optional<String> commit(String revision) throws IOException {
        Path ref = folder.resolve("refs").resolve(revision);
        if (!Files.isRegularFile(ref)) {
            return Optional.empty();
        }
        return Optional.of(Files.readString(ref).strip()).filter(SafeNames::isCommit);
    }

    /** Notes the commit of a branch or tag. */
    public void refer(String revision, String commit) throws IOException {
        if (revision.equals(commit) || commit(revision).filter(commit::equals).isPresent()) {
            return;
        }
        Path ref = folder.resolve("refs").resolve(revision);
        Files.createDirectories(ref.resolveSibling(""));
        Path fresh = ref.resolveSibling(ref.getFileName() + "." + unique() + ".tmp");
        try {
            Files.write(fresh, commit.getBytes(StandardCharsets.US_ASCII));
            Files.move(fresh, ref, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** Whether a commit is known to lack a file. */
    public boolean lacks(String commit, String name) {
        return Files.isRegularFile(noExist(commit, name));
    }

    /** Notes that a commit lacks a file, so that nobody asks for it again. */
    public void markMissing(String commit, String name) throws IOException {
        Path mark = noExist(commit, name);
        Files.createDirectories(mark.resolveSibling(""));
        try {
            Files.createFile(mark);
        } catch (FileAlreadyExistsException e) {
            logger.debug("{} is marked already", mark, e);
        }
    }

    private Path noExist(String commit, String name) {
        return folder.resolve(".no_exist").resolve(commit).resolve(name);
    }

    /**
     * Lets a file of a commit have a content: by a relative link, or, where links are impossible,
     * by a file of its own. The name appears with the whole content or not at all.
     *
     * @param fresh whether the content has just been downloaded, so that no other file needs it
     */
    public void link(String commit, String name, String etag, boolean fresh) throws IOException {
        Path target = file(commit, name);
        if (Files.isRegularFile(target)) {
            return;
        }
        Path blob = blob(etag);
        Files.createDirectories(target.resolveSibling(""));
        Files.deleteIfExists(target); // a link whose content has been deleted
        if (links) {
            try {
                Files.createSymbolicLink(target, target.resolveSibling("").relativize(blob));
                return;
            } catch (FileAlreadyExistsException e) {
                if (Files.isRegularFile(target)) {
                    return; // another process was quicker
                }
                throw e;
            } catch (UnsupportedOperationException | FileSystemException e) {
                logger.debug("No links in {}: it gets files of its own", target, e);
            }
        }
        if (fresh) {
            move(blob, target);
            return;
        }
        Path copy = blob.resolveSibling(etag + "." + unique() + ".incomplete");
        try {
            Files.copy(blob, copy, LinkOption.NOFOLLOW_LINKS);
            move(copy, target);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String unique() {
        return UUID.randomUUID().toString().substring(0, 8);
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
