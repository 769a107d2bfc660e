package io.github.peft4j.io;

import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.io.file.Utf8;
import io.github.peft4j.json.JsonReasons;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bytes of a safetensors file: how they are found, mapped and copied. */
final class TensorFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TensorFile.class);

    /** The header's length stands in the first eight bytes. */
    private static final int LENGTH_BYTES = Long.BYTES;

    /** As in the reference reader. */
    private static final long LONGEST_HEADER = 100_000_000;

    private static final int CHUNK = 1 << 16;
    private static final String NEXT_STEP =
            ". Download the file or save it with safetensors again.";

    private final Path path;
    private final FileChannel channel;
    private final boolean writable;
    private final long size;

    private TensorFile(Path path, FileChannel channel, boolean writable) throws IOException {
        this.path = path;
        this.channel = channel;
        this.writable = writable;
        this.size = channel.size();
    }

    /**
     * Opens a file.
     *
     * @param toShare whether to ask for the right to write, without which there is no private
     *     mapping; the file is never written to
     */
    static TensorFile open(Path path, boolean toShare) throws IOException {
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString(), null, "there is no such file");
        }
        if (!Files.isRegularFile(path)) {
            throw new MalformedTensorFileException(
                    path, "it is not a file. Pass the path of a safetensors file.");
        }
        if (toShare && Files.isWritable(path)) {
            try {
                return new TensorFile(
                        path,
                        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE),
                        true);
            } catch (FileSystemException e) {
                LOG.debug("{} cannot be shared, its tensors will be copied", path, e);
            }
        }
        return new TensorFile(path, FileChannel.open(path, StandardOpenOption.READ), false);
    }

    Path path() {
        return path;
    }

    /** Whether {@link MapMode#PRIVATE} can be used. */
    boolean isWritable() {
        return writable;
    }

    /** Reads and checks the header. */
    SafetensorsHeader readHeader() throws IOException {
        if (size < LENGTH_BYTES) {
            throw malformed("it has " + size + " bytes, fewer than the 8 of the header's length");
        }
        byte[] start = new byte[LENGTH_BYTES];
        readFully(ByteBuffer.wrap(start), 0);
        long length = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > LONGEST_HEADER || length > size - LENGTH_BYTES) {
            throw malformed(
                    "its first 8 bytes say that the header has "
                            + Long.toUnsignedString(length)
                            + " bytes, but there are "
                            + (size - LENGTH_BYTES)
                            + ", and at most 100 MB are allowed"
                            + FileKind.hint(start));
        }
        ByteBuffer json = ByteBuffer.allocate((int) length);
        readFully(json, LENGTH_BYTES);
        try {
            return SafetensorsHeader.parse(Utf8.decode(json.flip()), LENGTH_BYTES + length, size);
        } catch (CharacterCodingException e) {
            throw new MalformedTensorFileException(path, "its header is not UTF-8" + NEXT_STEP, e);
        } catch (IOException e) {
            throw new MalformedTensorFileException(
                    path, "in its header, " + JsonReasons.of(e) + NEXT_STEP, e);
        }
    }

    /** Refuses a BOOL tensor with bytes other than 0 and 1: computing with one is undefined. */
    void requireTruthValues(TensorEntry entry) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        for (long at = entry.begin(); at < entry.end(); at += CHUNK) {
            readFully(limit(chunk, entry.end() - at), at);
            for (int i = 0; i < chunk.limit(); i++) {
                int value = Byte.toUnsignedInt(chunk.get(i));
                if (value > 1) {
                    throw malformed(
                            "tensor "
                                    + MalformedTensorFileException.quote(entry.name())
                                    + " of type BOOL holds "
                                    + value
                                    + " at element "
                                    + (at - entry.begin() + i)
                                    + ", where only 0 and 1 may stand");
                }
            }
        }
    }

    /** Maps a range of at most 2 GB. The mapping lives as long as a buffer made of it. */
    ByteBuffer map(MapMode mode, long position, long length) throws IOException {
        requireUnchanged(); // mapping past the end of a writable file would lengthen it
        // slice(): DJL ignores a buffer's position
        return channel.map(mode, position, length).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A tensor's bytes, read-only. */
    ByteBuffer bytes(TensorEntry entry, boolean mapped) throws IOException {
        ByteBuffer bytes;
        if (mapped && entry.length() > 0) {
            bytes = map(MapMode.READ_ONLY, entry.begin(), entry.length());
        } else {
            bytes = ByteBuffer.allocate((int) entry.length());
            readFully(bytes, entry.begin());
            bytes.flip();
        }
        return bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Fills {@code target} with values from {@code firstElement} on, those of 16 bits widened. */
    void read(TensorEntry entry, long firstElement, ByteBuffer target) throws IOException {
        int elementBytes = entry.dtype().bits() / Byte.SIZE;
        long position = entry.begin() + firstElement * elementBytes;
        if (!entry.dtype().isWidened()) {
            readFully(target, position);
            return;
        }
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (target.hasRemaining()) {
            readFully(limit(chunk, target.remaining() / 2), position);
            HalfWords.widen(entry.dtype(), chunk.flip(), target);
            position += chunk.limit();
        }
    }

    /** Writes a tensor's bytes to another channel. */
    void transfer(TensorEntry entry, WritableByteChannel out) throws IOException {
        long position = entry.begin();
        while (position < entry.end()) {
            long moved = channel.transferTo(position, entry.end() - position, out);
            if (moved == 0) {
                requireUnchanged();
            }
            position += moved;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static ByteBuffer limit(ByteBuffer chunk, long wanted) {
        return chunk.clear().limit((int) Math.min(chunk.capacity(), wanted));
    }

    private void readFully(ByteBuffer target, long position) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int count = readOnce(target, at);
            if (count < 0) {
                throw malformed("it ends at byte " + at + ": it was cut short while open");
            }
            at += count;
        }
    }

    private int readOnce(ByteBuffer target, long at) throws IOException {
        requireOpen();
        return channel.read(target, at);
    }

    private void requireUnchanged() throws IOException {
        requireOpen();
        if (channel.size() != size) {
            throw malformed(
                    "it had " + size + " bytes when opened and has " + channel.size() + " now");
        }
    }

    private void requireOpen() {
        if (!channel.isOpen()) {
            throw new IllegalStateException(
                    path + " has been closed. Load its tensors before closing the reader.");
        }
    }

    private MalformedTensorFileException malformed(String problem) {
        return new MalformedTensorFileException(path, problem + NEXT_STEP);
    }
}
