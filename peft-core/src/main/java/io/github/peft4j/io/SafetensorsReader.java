package io.github.peft4j.io;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.ops.TensorOps;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open safetensors file. Its header has been checked completely; tensors are read one by one, at
 * any size, when asked for.
 *
 * <p>{@link #open} shares large tensors with the file instead of copying them: right for a base
 * model. {@link #openUnmapped} copies: right for adapters, since a file that others may overwrite
 * in place must not be mapped (cutting a mapped file short crashes the JVM), and Windows cannot
 * replace a mapped file.
 *
 * <p>Safe for use by many threads. An interrupt during a read closes the file, as with any {@link
 * java.nio.channels.FileChannel}.
 */
public final class SafetensorsReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SafetensorsReader.class);

    /** Below this a copy is cheaper than a mapping, of which a process has some 65,000. */
    private static final int SMALLEST_SHARED = 1 << 16;

    private final TensorFile file;
    private final SafetensorsHeader header;
    private final boolean mapped;

    private SafetensorsReader(TensorFile file, SafetensorsHeader header, boolean mapped) {
        this.file = file;
        this.header = header;
        this.mapped = mapped;
    }

    /**
     * Opens a file whose large tensors {@link #load} will share. The file must stay as it is for as
     * long as an array made of it is open; replacing it by renaming another over it is fine.
     *
     * @throws MalformedTensorFileException if any rule of the format is broken
     */
    public static SafetensorsReader open(Path path) throws IOException {
        return open(path, true);
    }

    /**
     * Opens a file to copy from. After {@link #close} nothing depends on it.
     *
     * @throws MalformedTensorFileException if any rule of the format is broken
     */
    public static SafetensorsReader openUnmapped(Path path) throws IOException {
        return open(path, false);
    }

    private static SafetensorsReader open(Path path, boolean mapped) throws IOException {
        TensorFile file = TensorFile.open(path, mapped);
        try {
            SafetensorsHeader header = file.readHeader();
            for (TensorEntry entry : header.tensors().values()) {
                if (entry.dtype() == Dtype.BOOL) {
                    file.requireTruthValues(entry);
                }
            }
            return new SafetensorsReader(file, header, mapped);
        } catch (IOException | RuntimeException e) {
            try {
                file.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    /** The file's path, as it was given. */
    public Path file() {
        return file.path();
    }

    /** What stands under {@code __metadata__}; empty if nothing does. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** All tensors, in the order of their data. */
    public Set<String> names() {
        return header.tensors().keySet();
    }

    /** Whether the file holds a tensor of this name. */
    public boolean contains(String name) {
        return header.tensors().containsKey(name);
    }

    /** The type of a tensor in the file. */
    public Dtype dtype(String name) {
        return entry(name).dtype();
    }

    /** The shape of a tensor. */
    public Shape shape(String name) {
        return entry(name).shape();
    }

    /**
     * Makes an array of a tensor: F64, F32, I64, I32, I8, U8 and BOOL as they are, F16 and BF16
     * widened to FLOAT32 exactly.
     *
     * <p>The array is independent: it stays valid after {@link #close}, writing into it reaches
     * neither the file nor another array. A large unwidened tensor is not copied on the CPU (if the
     * file was opened by {@link #open} and is writable, without which an in-place operation on a
     * mapping would crash). Such an array must stay open as long as any view or graph uses its
     * values; a copied one need not.
     *
     * @throws UnsupportedFeatureException if no array can hold the type; {@link #bytes} gives it
     *     raw
     */
    public NDArray load(NDManager manager, String name) throws IOException {
        TensorEntry entry = entry(name);
        DataType type = entry.dtype().loadedType().orElseThrow(() -> unsupported(entry));
        if (!manager.getDevice().equals(Device.cpu())) {
            try (NDManager staging = manager.newSubManager(Device.cpu())) {
                NDArray array = TensorOps.detachedTo(load(staging, name), manager.getDevice());
                array.attach(manager);
                return array;
            }
        }
        if (isShareable(entry)) {
            try {
                ByteBuffer memory = file.map(MapMode.PRIVATE, entry.begin(), entry.length());
                return manager.create(memory, entry.shape(), type);
            } catch (MalformedTensorFileException e) {
                throw e;
            } catch (IOException e) {
                // the process has no address space or no mapping left: a copy needs neither
                LOG.debug("{}: cannot map {}, copying it", file.path(), name, e);
            }
        }
        return copy(manager, entry, type);
    }

    /** As {@link #load}, but always in memory of its own, on the CPU. */
    public NDArray loadCopy(NDManager manager, String name) throws IOException {
        TensorEntry entry = entry(name);
        DataType type = entry.dtype().loadedType().orElseThrow(() -> unsupported(entry));
        return copy(manager, entry, type);
    }

    /**
     * The tensors in the 16 bits of F16 and BF16, shared with the file.
     *
     * @param manager on the CPU
     */
    public HeldTensors held(NDManager manager) {
        return new HeldTensors(manager, file.path(), header);
    }

    private boolean isShareable(TensorEntry entry) {
        return mapped
                && file.isWritable()
                && !entry.dtype().isWidened()
                && entry.isAligned()
                && entry.length() >= SMALLEST_SHARED
                && entry.length() <= Integer.MAX_VALUE;
    }

    private NDArray copy(NDManager manager, TensorEntry entry, DataType type) throws IOException {
        NDArray array = manager.create(entry.shape(), type);
        try {
            ArrayMemory.forEachPiece(
                    array,
                    ArrayMemory.ELEMENTS_A_PIECE,
                    (first, memory) -> file.read(entry, first, memory));
        } catch (IOException | RuntimeException e) {
            array.close();
            throw e;
        }
        return array;
    }

    /**
     * The raw bytes of a tensor, read-only and little-endian; valid after {@link #close}.
     *
     * @throws UnsupportedFeatureException if they are more than a buffer can hold (2 GB); {@link
     *     #view} has no limit
     */
    public ByteBuffer bytes(String name) throws IOException {
        TensorEntry entry = entry(name);
        if (entry.length() > Integer.MAX_VALUE) {
            throw new UnsupportedFeatureException(
                    "The tensor "
                            + MalformedTensorFileException.quote(name)
                            + " has "
                            + entry.length()
                            + " bytes, more than a buffer can hold. Use view(name).");
        }
        return file.bytes(entry, mapped);
    }

    /** The tensor as one that {@link SafetensorsWriter} can write; this reader must stay open. */
    public TensorView view(String name) {
        TensorEntry entry = entry(name);
        return new TensorView() {
            @Override
            public Dtype dtype() {
                return entry.dtype();
            }

            @Override
            public Shape shape() {
                return entry.shape();
            }

            @Override
            public void writeTo(WritableByteChannel out) throws IOException {
                file.transfer(entry, out);
            }
        };
    }

    /** Closes the file. Arrays and buffers made of it stay valid. */
    @Override
    public void close() throws IOException {
        file.close();
    }

    private TensorEntry entry(String name) {
        TensorEntry entry = header.tensors().get(name);
        if (entry == null) {
            throw UnknownTensor.in(file.path(), name, names());
        }
        return entry;
    }

    private UnsupportedFeatureException unsupported(TensorEntry entry) {
        return new UnsupportedFeatureException(
                file.path()
                        + ": tensor "
                        + MalformedTensorFileException.quote(entry.name())
                        + " has the type "
                        + entry.dtype()
                        + ", which no array here can hold. Read it with bytes(name), or convert it"
                        + " in Python to F32, F16 or BF16.");
    }
}
