package io.github.peft4j.io.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.HeldTensors;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.UnknownTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of a Hugging Face checkpoint or adapter directory, in one file or in many.
 *
 * <p>A checkpoint is {@code model.safetensors}, or {@code model.safetensors.index.json} with its
 * shards; if both are there, the single file counts, as in transformers. Everything is checked when
 * it is opened: each shard's header, and that each tensor of the index is in its shard.
 *
 * <p>Pickled weights ({@code *.bin}) are never opened, since reading a pickle may run code.
 */
public final class Checkpoint implements AutoCloseable {

    static final String MODEL = "model.safetensors";
    private static final String ADAPTER = "adapter_model.safetensors";

    private final Path directory;
    private final ImmutableMap<String, SafetensorsReader> owners;
    private final ImmutableSet<SafetensorsReader> readers;

    private Checkpoint(
            Path directory,
            ImmutableMap<String, SafetensorsReader> owners,
            ImmutableSet<SafetensorsReader> readers) {
        this.directory = directory;
        this.owners = owners;
        this.readers = readers;
    }

    /**
     * Opens a model's directory. Its files are shared with the arrays ({@link
     * SafetensorsReader#open}) and must stay as they are while arrays are open.
     *
     * @throws MalformedTensorFileException if a file breaks its format, or the index and its shards
     *     do not fit
     * @throws UnsupportedFeatureException if there are pickled weights only
     * @throws IOException if there are no weights
     */
    public static Checkpoint open(Path directory) throws IOException {
        requireDirectory(directory);
        Path single = directory.resolve(MODEL);
        if (Files.exists(single)) {
            return ofOne(directory, SafetensorsReader.open(single));
        }
        Path index = directory.resolve(ShardIndex.FILE_NAME);
        if (Files.exists(index)) {
            return ofShards(directory, ShardIndex.read(index));
        }
        throw MissingWeights.in(directory, MODEL, "pytorch_model*.bin");
    }

    /**
     * Opens an adapter's directory: {@code adapter_model.safetensors}. Tensors are copied, so that
     * the adapter can be saved again while it is in use.
     *
     * @throws MalformedTensorFileException if the file breaks its format
     * @throws UnsupportedFeatureException if there are pickled weights only
     * @throws IOException if there are no weights
     */
    public static Checkpoint openAdapter(Path directory) throws IOException {
        requireDirectory(directory);
        Path file = directory.resolve(ADAPTER);
        if (Files.exists(file)) {
            return ofOne(directory, SafetensorsReader.openUnmapped(file));
        }
        throw MissingWeights.in(directory, ADAPTER, "adapter_model.bin");
    }

    private static void requireDirectory(Path directory) throws IOException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new NotDirectoryException(
                    directory + " is a file. Pass the directory that holds it.");
        }
    }

    private static Checkpoint ofOne(Path directory, SafetensorsReader reader) {
        ImmutableMap.Builder<String, SafetensorsReader> owners = ImmutableMap.builder();
        reader.names().forEach(name -> owners.put(name, reader));
        return new Checkpoint(directory, owners.buildOrThrow(), ImmutableSet.of(reader));
    }

    private static Checkpoint ofShards(Path directory, ShardIndex index) throws IOException {
        Map<Path, SafetensorsReader> shards = new LinkedHashMap<>();
        try {
            ImmutableMap.Builder<String, SafetensorsReader> owners = ImmutableMap.builder();
            for (Map.Entry<String, Path> place : index.shards().entrySet()) {
                Path file = place.getValue();
                SafetensorsReader shard = shards.get(file);
                if (shard == null) {
                    shard = index.open(file, place.getKey());
                    shards.put(file, shard);
                }
                index.requireHolds(shard, place.getKey());
                owners.put(place.getKey(), shard);
            }
            return new Checkpoint(
                    directory, owners.buildOrThrow(), ImmutableSet.copyOf(shards.values()));
        } catch (IOException | RuntimeException e) {
            closeAll(ImmutableSet.copyOf(shards.values()), e);
            throw e;
        }
    }

    /** The directory, as it was given. */
    public Path directory() {
        return directory;
    }

    /** All tensors: of a single file in the order of their data, of an index in its order. */
    public Set<String> names() {
        return owners.keySet();
    }

    /** Whether there is a tensor of this name. */
    public boolean contains(String name) {
        return owners.containsKey(name);
    }

    /** The files that hold the tensors. */
    public Set<Path> files() {
        return readers.stream().map(SafetensorsReader::file).collect(ImmutableSet.toImmutableSet());
    }

    /** The file that holds a tensor. */
    public Path file(String name) {
        return owner(name).file();
    }

    /** The shape of a tensor. */
    public Shape shape(String name) {
        return owner(name).shape(name);
    }

    /** The type of a tensor in its file. */
    public Dtype dtype(String name) {
        return owner(name).dtype(name);
    }

    /** Makes an array of a tensor, by the rules of {@link SafetensorsReader#load}. */
    public NDArray load(NDManager manager, String name) throws IOException {
        return owner(name).load(manager, name);
    }

    /** The matrices of the file of a tensor in the 16 bits of F16 and BF16. */
    public HeldTensors held(NDManager manager, String name) {
        return owner(name).held(manager);
    }

    /** As {@link #load}, but in memory of its own, so that none of the file's stays mapped. */
    public NDArray loadCopy(NDManager manager, String name) throws IOException {
        return owner(name).loadCopy(manager, name);
    }

    /** A tensor to be written to another file; this checkpoint must stay open. */
    public TensorView view(String name) {
        return owner(name).view(name);
    }

    /** Closes the files. Arrays made of them stay valid. */
    @Override
    public void close() throws IOException {
        IOException failed = new IOException("Could not close all files of " + directory);
        closeAll(readers, failed);
        if (failed.getSuppressed().length > 0) {
            throw failed;
        }
    }

    private static void closeAll(Iterable<SafetensorsReader> readers, Exception failure) {
        for (SafetensorsReader reader : readers) {
            try {
                reader.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }

    private SafetensorsReader owner(String name) {
        SafetensorsReader owner = owners.get(name);
        if (owner == null) {
            throw UnknownTensor.in(directory, name, names());
        }
        return owner;
    }
}
