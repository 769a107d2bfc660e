package io.github.peft4j.json;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Small files of unknown origin, read into memory up to a limit. */
public final class JsonFile {

    /** Bytes: three times the longest index of shards that is known. */
    static final int LONGEST = 32 << 20;

    private JsonFile() {}

    /**
     * The bytes of a file.
     *
     * @throws IOException if it cannot be read, or holds more than such a file ever does
     */
    public static byte[] bytes(Path file) throws IOException {
        return bytes(file, LONGEST);
    }

    /**
     * The bytes of a file of a kind that may be longer.
     *
     * @throws IOException if it cannot be read, or has more bytes than {@code longest}
     */
    public static byte[] bytes(Path file, int longest) throws IOException {
        // a size is not asked for: a pipe or a device has none, and a file may grow
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(longest + 1);
            if (bytes.length > longest) {
                throw new IOException(
                        file
                                + " has more than "
                                + (longest >> 20)
                                + " MiB; it must be a text of at most that size. Is it the right"
                                + " file? Save or download it again.");
            }
            return bytes;
        }
    }

    /** The text of a file in UTF-8; what is none becomes a mark. */
    public static String text(Path file) throws IOException {
        return new String(bytes(file), StandardCharsets.UTF_8);
    }

    /**
     * The object in a file, as {@link JsonValues#parseObject(byte[], String, String)} reads it.
     *
     * @param cure what to do about a broken file, as a sentence
     */
    public static Map<String, @Nullable Object> object(Path file, String cure) throws IOException {
        return JsonValues.parseObject(bytes(file), file.toString(), cure);
    }
}
