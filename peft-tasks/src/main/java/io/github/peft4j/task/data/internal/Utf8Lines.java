package io.github.peft4j.task.data.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a UTF-8 file and their numbers, read one by one. A byte order mark and the carriage
 * returns of Windows are left out.
 */
public final class Utf8Lines {

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final InputStream bytes;
    private int number;

    /**
     * The lines of a stream that the caller closes.
     *
     * @param bytes a buffered stream: it is read byte by byte
     */
    public Utf8Lines(InputStream bytes) {
        this.bytes = bytes;
    }

    /** Number of the line that was read last, from 1; 0 at the start. */
    public int number() {
        return number;
    }

    /**
     * The next line, or null at the end of the file.
     *
     * @throws IllegalArgumentException if the line is not UTF-8; the lines after it can be read
     */
    public @Nullable String next() throws IOException {
        ByteArrayOutputStream buffer = new ByteArrayOutputStream(256);
        int next = bytes.read();
        if (next < 0) {
            return null;
        }
        number++;
        for (; next >= 0 && next != '\n'; next = bytes.read()) {
            buffer.write(next);
        }
        String line = decode(buffer.toByteArray());
        int start = number == 1 && !line.isEmpty() && line.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
        int end = line.endsWith("\r") ? line.length() - 1 : line.length();
        return line.substring(start, end);
    }

    private static String decode(byte[] raw) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
        } catch (CharacterCodingException notUtf8) {
            throw new IllegalArgumentException(
                    "the line is not UTF-8. Save the file as UTF-8.", notUtf8);
        }
    }
}
