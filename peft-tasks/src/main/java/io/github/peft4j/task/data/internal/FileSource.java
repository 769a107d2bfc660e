package io.github.peft4j.task.data.internal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Where rows come from, unpacked.
 *
 * @param name what errors call it
 * @param path the file, or null for a stream
 * @param bytes what is in it
 * @param gzip whether it is packed
 */
public record FileSource(String name, @Nullable Path path, InputStream bytes, boolean gzip) {

    private static final int BUFFER = 1 << 16;
    private static final int[] GZIP = {0x1f, 0x8b};

    /** Opens a file; what gzip has packed is unpacked, whatever the file is called. */
    public static FileSource of(Path file) throws IOException {
        InputStream bytes = Files.newInputStream(file);
        try {
            return unpacked(file.toString(), file, bytes);
        } catch (IOException | RuntimeException refused) {
            bytes.close();
            throw refused;
        }
    }

    /** A stream that is read from its first byte on, no further than rows are asked for. */
    public static FileSource of(InputStream bytes, String name) {
        return new FileSource(name, null, bytes, false);
    }

    /** A stream whose beginning may be looked at before it is read. */
    public static FileSource unpacked(InputStream bytes, String name) throws IOException {
        return unpacked(name, null, bytes);
    }

    private static FileSource unpacked(String name, @Nullable Path path, InputStream raw)
            throws IOException {
        InputStream bytes = new BufferedInputStream(raw, BUFFER);
        bytes.mark(GZIP.length);
        boolean gzip = bytes.read() == GZIP[0] && bytes.read() == GZIP[1];
        bytes.reset();
        return new FileSource(
                name,
                path,
                gzip ? new BufferedInputStream(new GZIPInputStream(bytes, BUFFER), BUFFER) : bytes,
                gzip);
    }

    /** The first bytes, which stay to be read; fewer if the source ends before. */
    public byte[] beginning(int most) throws IOException {
        bytes.mark(most);
        byte[] beginning = bytes.readNBytes(most);
        bytes.reset();
        return beginning;
    }
}
