package io.github.peft4j.task.train.frozen;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.hash.HashCode;
import com.google.common.math.LongMath;
import io.github.peft4j.ops.TensorOps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The hidden states of rows by their keys: an index in memory, the numbers in a file. */
final class StateStore implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StateStore.class);

    private final StateFile file;
    private final long maxBytes;
    private final long tokens;
    private final Map<HashCode, Entry> rows = new HashMap<>();
    private ByteBuffer staging = ByteBuffer.allocateDirect(0);
    private int width;
    private boolean full;
    private boolean asked;
    private long calls;
    private long known;

    /** Where a row's numbers stand, of how many positions, and which layer's input they are. */
    private record Entry(long start, int positions, int layer) {}

    StateStore(StateFile file, long maxBytes, long tokens) {
        this.file = file;
        this.maxBytes = maxBytes;
        this.tokens = tokens;
    }

    /** The layer whose input is known for all of these rows, or 0. */
    int layer(List<HashCode> keys, List<int[]> places) {
        asked = true;
        calls++;
        int layer = 0;
        for (int row = 0; row < keys.size(); row++) {
            Entry entry = rows.get(keys.get(row));
            if (entry == null
                    || entry.positions() != places.get(row).length
                    || (layer > 0 && layer != entry.layer())) {
                return 0;
            }
            layer = entry.layer();
        }
        known++;
        return layer;
    }

    /** The rows' numbers at their places among so many positions, and zeros elsewhere. */
    NDArray read(List<HashCode> keys, List<int[]> places, long positions, NDManager manager) {
        int bytes = Math.toIntExact(positions * width * Float.BYTES);
        ByteBuffer buffer = staging(bytes);
        long filled = 0;
        try {
            for (int row = 0; row < keys.size(); row++) {
                Entry entry = Objects.requireNonNull(rows.get(keys.get(row)));
                filled += entry.positions();
                readRow(entry, places.get(row), buffer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (filled < positions) {
            zeroOthers(places, positions, buffer);
        }
        // The engine must own the memory: a graph does not keep a Java buffer alive.
        try (NDArray wrapped =
                manager.create(buffer, new Shape(positions, width), DataType.FLOAT32)) {
            return TensorOps.detached(wrapped);
        }
    }

    private void readRow(Entry entry, int[] places, ByteBuffer into) throws IOException {
        int line = width * Float.BYTES;
        for (int i = 0; i < places.length; ) {
            int run = run(places, i);
            file.read(entry.start() + (long) i * line, run * line, into, places[i] * line);
            i += run;
        }
    }

    /** How many places from this one on stand side by side. */
    private static int run(int[] places, int from) {
        int end = from + 1;
        while (end < places.length && places[end] == places[end - 1] + 1) {
            end++;
        }
        return end - from;
    }

    private void zeroOthers(List<int[]> places, long positions, ByteBuffer buffer) {
        boolean[] tokens = new boolean[(int) positions];
        places.forEach(
                row -> {
                    for (int place : row) {
                        tokens[place] = true;
                    }
                });
        byte[] zeros = new byte[width * Float.BYTES];
        for (int place = 0; place < positions; place++) {
            if (!tokens[place]) {
                buffer.put(place * zeros.length, zeros);
            }
        }
    }

    private ByteBuffer staging(int bytes) {
        if (staging.capacity() < bytes) {
            staging = ByteBuffer.allocateDirect(bytes);
        }
        return staging.slice(0, bytes).order(ByteOrder.nativeOrder());
    }

    /** Takes the numbers of the rows that are not known yet. */
    void keep(List<HashCode> keys, int layer, NDArray values, List<int[]> places, boolean random) {
        requireSame(layer, values, random);
        if (width == 0) {
            width = Math.toIntExact(values.getShape().get(1));
            requireRoom();
        }
        ByteBuffer memory = null;
        for (int row = 0; row < keys.size() && !full; row++) {
            if (!rows.containsKey(keys.get(row))) {
                if (memory == null) {
                    memory = values.toByteBuffer(values.getDevice().equals(Device.cpu()));
                }
                keep(keys.get(row), layer, memory, places.get(row));
            }
        }
    }

    private void keep(HashCode key, int layer, ByteBuffer memory, int[] places) {
        int line = width * Float.BYTES;
        long start = file.take(Math.multiplyExact(places.length, line));
        if (start < 0) {
            full = true;
            LOG.warn(
                    "The cache of the frozen layers is full with {} rows of {} bytes"
                            + " (frozen_layer_cache_bytes {}). Batches with other rows are computed"
                            + " in each epoch.",
                    rows.size(),
                    file.size(),
                    maxBytes);
            return;
        }
        try {
            for (int i = 0; i < places.length; ) {
                int run = run(places, i);
                file.write(memory.slice(places[i] * line, run * line), start + (long) i * line);
                i += run;
            }
        } catch (IOException e) {
            full = true;
            LOG.warn(
                    "The outputs of the frozen layers could not be written to {}, so no more of"
                            + " them are kept: {}. The training goes on without them.",
                    file.directory(),
                    e.getMessage());
            return;
        }
        rows.put(key, new Entry(start, places.length, layer));
    }

    private static void requireSame(int layer, NDArray values, boolean random) {
        if (random) {
            throw new IllegalArgumentException(
                    "Dropout acts in the frozen layers, so they make something else of a row in each"
                            + " epoch. Load the base with its dropout set to 0 (addConfigOverride),"
                            + " or leave frozen_layer_cache_bytes out.");
        }
        if (layer == 0) {
            throw new IllegalArgumentException(
                    "What trains begins in the embeddings or in the first layer, so no frozen layer"
                            + " lies below it. Train upper layers alone (optLayersToTransform), or"
                            + " leave frozen_layer_cache_bytes out.");
        }
        if (values.getDataType() != DataType.FLOAT32) {
            throw new IllegalArgumentException(
                    ("The frozen layers compute in %s; only float32 is kept. Leave"
                                    + " frozen_layer_cache_bytes out.")
                            .formatted(values.getDataType()));
        }
    }

    private void requireRoom() {
        long needed = LongMath.saturatedMultiply(tokens, (long) width * Float.BYTES);
        if (needed > maxBytes) {
            throw new IllegalArgumentException(
                    ("The outputs of the frozen layers take %d bytes: %d tokens of %d numbers."
                                    + " frozen_layer_cache_bytes is %d. Raise it, or leave it"
                                    + " out.")
                            .formatted(needed, tokens, width, maxBytes));
        }
        try {
            if (needed > file.room()) {
                throw new IllegalArgumentException(
                        ("The outputs of the frozen layers take %d bytes, and %s has %d left. Make"
                                        + " room there, set java.io.tmpdir to another folder, or"
                                        + " leave frozen_layer_cache_bytes out.")
                                .formatted(needed, file.directory(), file.room()));
            }
        } catch (IOException e) {
            LOG.debug("The room on the disk is not known", e);
        }
    }

    /** Refuses a model that does not run its layers as those of this library do. */
    void requireAsked() {
        if (!asked) {
            throw new IllegalArgumentException(
                    "No layer has asked for what frozen layers made earlier: the model is no"
                            + " transformer of this library, or it is called with hidden states"
                            + " wanted or with embeddings. Leave frozen_layer_cache_bytes out.");
        }
    }

    FrozenLayerUse use() {
        int layer = rows.values().stream().mapToInt(Entry::layer).findFirst().orElse(0);
        return new FrozenLayerUse(rows.size(), file.size(), layer, calls, known);
    }

    @Override
    public void close() throws IOException {
        rows.clear();
        file.close();
    }
}
