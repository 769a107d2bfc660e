package io.github.peft4j.task.train.frozen;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file without a name that grows by records up to a bound and is read through memory maps.
 *
 * <p>Its name is removed when it is opened (on Windows: when the process ends), so the operating
 * system frees it however the process ends, and no other process finds or changes it. It is written
 * through the channel, since a full disk would end the process in a map.
 */
final class StateFile implements AutoCloseable {

    /** A record lies in one piece, and a map ends at 2 GB. */
    static final long PIECE = 1L << 28;

    private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);

    private final Path directory;
    private final FileChannel channel;
    private final long bound;
    private final List<MappedByteBuffer> pieces = new ArrayList<>();
    private long end;
    private boolean open = true;

    /**
     * Creates an empty file in a directory.
     *
     * @param bound bytes that it may have
     */
    StateFile(Path directory, long bound) throws IOException {
        this.directory = directory;
        this.bound = bound;
        Path file = Files.createTempFile(directory, "peft-frozen-layers-", ".bin");
        try {
            channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /** Bytes that are taken. */
    long size() {
        return end;
    }

    /** Bytes that the disk has left. */
    long room() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    Path directory() {
        return directory;
    }

    /**
     * Takes room for a record.
     *
     * @return where it is to be written; -1 if it does not fit
     */
    long take(int bytes) {
        long left = PIECE - end % PIECE;
        long start = bytes <= left ? end : end + left;
        if (bytes > PIECE || start + bytes > bound) {
            return -1;
        }
        end = start + bytes;
        return start;
    }

    /** Writes bytes at a place of the file that was taken. */
    void write(ByteBuffer bytes, long at) throws IOException {
        long next = at;
        while (bytes.hasRemaining()) {
            next += channel.write(bytes, next);
        }
    }

    /** Copies bytes that were written into a buffer, at this index of it. */
    void read(long at, int bytes, ByteBuffer into, int index) throws IOException {
        if (!open) {
            throw new IllegalStateException(
                    "The outputs of the frozen layers are gone: their cache is closed. Keep it open"
                            + " until the backward pass is done.");
        }
        int piece = (int) (at / PIECE);
        while (pieces.size() <= piece) {
            long start = pieces.size() * PIECE;
            pieces.add(channel.map(MapMode.READ_ONLY, start, Math.min(PIECE, bound - start)));
        }
        into.put(index, pieces.get(piece), (int) (at % PIECE), bytes);
    }

    /** Gives the disk its room back. */
    @Override
    public void close() throws IOException {
        open = false;
        pieces.clear();
        try (FileChannel closed = channel) {
            // The maps stay until they are collected, and would hold the room of the file so long.
            closed.truncate(0);
        } catch (IOException e) {
            LOG.debug("The file of the frozen layers' outputs was not cut before it was closed", e);
        }
    }
}
