package io.github.peft4j.hub.internal;

import com.google.common.hash.Funnels;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteStreams;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The two names that the hub gives contents: SHA-256 of large files, git's blob SHA-1 of others.
 */
public final class ContentHash {

    private ContentHash() {}

    /** Whether a tag is a hash that a content can be checked against. */
    public static boolean isHash(String tag) {
        return SafeNames.isSha256(tag) || SafeNames.isCommit(tag);
    }

    /** The hash of a file, of the kind that the expected one is. */
    public static String like(String expected, Path file) throws IOException {
        return SafeNames.isSha256(expected) ? sha256(file) : gitBlob(file);
    }

    private static String sha256(Path file) throws IOException {
        return finished(Hashing.sha256().newHasher(), file);
    }

    @SuppressWarnings("deprecation") // git has chosen SHA-1
    private static String gitBlob(Path file) throws IOException {
        Hasher hasher = Hashing.sha1().newHasher();
        hasher.putString("blob " + Files.size(file) + "\0", StandardCharsets.US_ASCII);
        return finished(hasher, file);
    }

    private static String finished(Hasher hasher, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            ByteStreams.copy(in, Funnels.asOutputStream(hasher));
        }
        return hasher.hash().toString();
    }
}
