package io.github.peft4j.task.train.internal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.TensorOps;
import java.util.Map;

/** A copy of the trained tensors, to come back to: those of the best evaluation. */
public final class TensorCopies implements AutoCloseable {

    private final ImmutableMap<String, Parameter> tensors;
    private final NDManager manager;
    private final ImmutableMap<String, NDArray> copies;
    private boolean taken;

    /** Room for copies of these parameters; nothing is copied yet. */
    public TensorCopies(ImmutableMap<String, Parameter> tensors) {
        this.tensors = tensors;
        manager = Engines.newManager();
        manager.setName("best adapter");
        ImmutableMap.Builder<String, NDArray> all = ImmutableMap.builder();
        tensors.forEach(
                (name, parameter) -> {
                    NDArray array = parameter.getArray();
                    all.put(
                            name,
                            manager.zeros(
                                    array.getShape(), array.getDataType(), array.getDevice()));
                });
        copies = all.buildOrThrow();
    }

    /** Copies the tensors as they are now. */
    public void take() {
        try (Gradients off = Gradients.off()) {
            tensors.forEach((name, p) -> TensorOps.copy(copy(copies, name), p.getArray()));
        }
        taken = true;
    }

    /** Takes over copies from a file. */
    public void take(Map<String, NDArray> saved) {
        try (Gradients off = Gradients.off()) {
            copies.forEach((name, copy) -> TensorOps.copy(copy, copy(saved, name)));
        }
        taken = true;
    }

    /** Writes the copies back, if there are any. */
    public void restore() {
        if (taken) {
            try (Gradients off = Gradients.off()) {
                tensors.forEach((name, p) -> TensorOps.copy(p.getArray(), copy(copies, name)));
            }
        }
    }

    /** The copies by name; empty if none were taken. */
    ImmutableMap<String, NDArray> arrays() {
        return taken ? copies : ImmutableMap.of();
    }

    private static NDArray copy(Map<String, NDArray> from, String name) {
        NDArray array = from.get(name);
        if (array == null) {
            throw new IllegalArgumentException(
                    "The saved best adapter lacks %s. Resume from another checkpoint."
                            .formatted(name));
        }
        return array;
    }

    @Override
    public void close() {
        manager.close();
    }
}
