package io.github.peft4j.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Passes bytes on and counts them. Closing it leaves the channel behind it open. */
final class CountingChannel implements WritableByteChannel {

    private final WritableByteChannel out;
    private long count;

    CountingChannel(WritableByteChannel out) {
        this.out = out;
    }

    long count() {
        return count;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int written = out.write(source);
        count += written;
        return written;
    }

    @Override
    public boolean isOpen() {
        return out.isOpen();
    }

    @Override
    public void close() {}
}
