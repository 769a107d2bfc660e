package io.github.peft4j.io;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.ops.HeldNumbers;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * The matrices of a safetensors file that are F16 or BF16, as arrays of these types: for {@link
 * HeldNumbers}, which alone can read them. They share one private mapping of the file, which ends
 * with the last of them; the file must stay as it is until then.
 */
public final class HeldTensors {

    private final NDManager manager;
    private final Path file;
    private final SafetensorsHeader header;
    private final long length;
    private final Map<Dtype, NDArray> mappings = new EnumMap<>(Dtype.class);

    HeldTensors(NDManager manager, Path file, SafetensorsHeader header) {
        this.manager = manager;
        this.file = file;
        this.header = header;
        length = header.tensors().values().stream().mapToLong(TensorEntry::end).max().orElse(0);
    }

    /** Whether {@link #load} can make an array of a tensor. */
    public boolean has(String name) {
        TensorEntry entry = header.tensors().get(name);
        return entry != null
                && (entry.dtype() == Dtype.F16 || entry.dtype() == Dtype.BF16)
                && entry.shape().dimension() == 2
                && entry.length() > 0
                && entry.begin() % Short.BYTES == 0
                && manager.getDevice().equals(Device.cpu());
    }

    /** The matrix, in the manager. */
    public NDArray load(String name) {
        TensorEntry entry = header.tensors().get(name);
        if (entry == null || !has(name)) {
            throw new IllegalArgumentException(file + " holds no matrix of 16 bits " + name);
        }
        NDArray whole =
                mappings.computeIfAbsent(
                        entry.dtype(),
                        type -> HeldNumbers.map(manager, file, length, type == Dtype.BF16));
        return HeldNumbers.part(whole, entry.begin() / Short.BYTES, entry.shape());
    }
}
