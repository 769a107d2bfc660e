package io.github.peft4j.examples.data;

import com.google.common.io.ByteStreams;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads the format of the MNIST files: two zero bytes, the element type, the number of axes, their
 * sizes as big-endian ints, then the elements; all of it in gzip.
 */
final class IdxFile {

    private static final int UNSIGNED_BYTES = 0x08;
    private static final long LARGEST = 1 << 30;

    private final String name;
    private final int[] sizes;
    private final byte[] elements;

    private IdxFile(String name, int[] sizes, byte[] elements) {
        this.name = name;
        this.sizes = sizes;
        this.elements = elements;
    }

    /**
     * Reads one file of unsigned bytes to its end.
     *
     * @param name what errors call the file
     * @param axes number of axes that it must have
     * @throws IOException if it is anything else, cut off, or longer than its header says
     */
    static IdxFile read(InputStream gzip, String name, int axes) throws IOException {
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(gzip))) {
            int magic = in.readInt();
            int wanted = UNSIGNED_BYTES << 8 | axes;
            if (magic != wanted) {
                throw broken(
                        name, "starts with " + magic + " instead of the magic number " + wanted);
            }
            int[] sizes = new int[axes];
            long count = 1;
            for (int i = 0; i < axes; i++) {
                sizes[i] = in.readInt();
                if (sizes[i] < 1 || count * sizes[i] > LARGEST) {
                    throw broken(name, "claims size " + sizes[i] + " on axis " + i);
                }
                count *= sizes[i];
            }
            byte[] elements = new byte[(int) count];
            int read = ByteStreams.read(in, elements, 0, elements.length);
            if (read != count) {
                throw broken(name, "ends after " + read + " of " + count + " elements");
            }
            if (in.read() >= 0) {
                throw broken(name, "goes on after its " + count + " elements");
            }
            return new IdxFile(name, sizes, elements);
        } catch (EOFException e) {
            throw new IOException(broken(name, "is cut off").getMessage(), e);
        } catch (ZipException e) {
            String text = "is no intact gzip file (" + e.getMessage() + ")";
            throw new IOException(broken(name, text).getMessage(), e);
        }
    }

    private static IOException broken(String name, String what) {
        return new IOException(name + " " + what + ". Fetch the original file again.");
    }

    /** What errors call the file. */
    String name() {
        return name;
    }

    /** The size on one axis. */
    int size(int axis) {
        return sizes[axis];
    }

    /** All elements, unsigned, row major; not a copy. */
    byte[] elements() {
        return elements;
    }
}
