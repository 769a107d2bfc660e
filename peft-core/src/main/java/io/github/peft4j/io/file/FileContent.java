package io.github.peft4j.io.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** What a file will hold, written when asked. */
@FunctionalInterface
public interface FileContent {

    /** Writes everything; does not close the channel. */
    void writeTo(WritableByteChannel out) throws IOException;

    /** A text in UTF-8. */
    static FileContent utf8(String text) {
        byte[] bytes = Utf8.encode(text);
        return out -> {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
        };
    }
}
