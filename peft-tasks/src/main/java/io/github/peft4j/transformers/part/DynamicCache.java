package io.github.peft4j.transformers.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Keys and values of a text that grows: each layer's lie in one buffer of the text's final length,
 * where a call writes its own and reads all. Nothing is copied but by {@link #reorder} and {@link
 * #repeat}, and when a call has more positions than were told (a prompt method's virtual tokens).
 *
 * <p>Only without a graph. The memory of a buffer is taken as it fills, by the operating system.
 */
public final class DynamicCache implements KeyValueCache, AutoCloseable {

    private final NDManager manager;
    private final long capacity;
    private final List<Layer> layers = new ArrayList<>();
    private final List<KeyValues> crossed = new ArrayList<>();
    private final Map<Object, NDArray> facts = new HashMap<>();

    /** Buffers [B, capacity, K H] and how much of them is filled. */
    private static final class Layer {
        private final KeyValues buffers;
        private long length;

        Layer(KeyValues buffers) {
            this.buffers = buffers;
        }
    }

    /**
     * An empty cache.
     *
     * @param parent manager that closes it at the latest
     * @param capacity positions of the whole text, as far as they are known
     */
    public DynamicCache(NDManager parent, long capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "A cache for " + capacity + " positions holds nothing. Give at least 1.");
        }
        manager = parent.newSubManager();
        this.capacity = capacity;
    }

    @Override
    public long length() {
        return layers.isEmpty() ? 0 : layers.get(0).length;
    }

    @Override
    public KeyValues update(int layer, NDArray keys, NDArray values) {
        if (Gradients.isOn()) {
            throw new IllegalStateException(
                    "A growing cache writes in place, which a graph cannot follow. Generate with"
                            + " gradients off.");
        }
        if (layer == layers.size()) {
            layers.add(new Layer(new KeyValues(buffer(keys, capacity), buffer(values, capacity))));
        }
        Layer own = roomy(layer, keys, values);
        NDArray allKeys = TensorOps.append(own.buffers.keys(), keys, own.length);
        NDArray allValues = TensorOps.append(own.buffers.values(), values, own.length);
        own.length += keys.getShape().get(1);
        return new KeyValues(allKeys, allValues);
    }

    /** The layer, in larger buffers if a call has more positions than were told. */
    private Layer roomy(int layer, NDArray keys, NDArray values) {
        Layer own = layers.get(layer);
        long needed = own.length + keys.getShape().get(1);
        if (needed <= own.buffers.keys().getShape().get(1)) {
            return own;
        }
        long room = needed + needed / 2;
        KeyValues buffers = new KeyValues(buffer(keys, room), buffer(values, room));
        move(own.buffers.keys(), own.length, buffers.keys());
        move(own.buffers.values(), own.length, buffers.values());
        Layer roomy = new Layer(buffers);
        roomy.length = own.length;
        layers.set(layer, roomy);
        return roomy;
    }

    private static void move(NDArray from, long length, NDArray to) {
        try (NDArray old = from;
                NDArray filled = old.get(new NDIndex(":, 0:{}", length))) {
            TensorOps.append(to, filled, 0).close();
        }
    }

    private NDArray buffer(NDArray like, long positions) {
        Shape shape = like.getShape();
        return manager.create(new Shape(shape.get(0), positions, shape.get(2)), like.getDataType());
    }

    @Override
    public NDArray rowFact(Object key, Supplier<NDArray> compute) {
        return facts.computeIfAbsent(
                key,
                unknown -> {
                    NDArray fact = compute.get();
                    fact.attach(manager);
                    return fact;
                });
    }

    @Override
    public KeyValues cross(int layer, Supplier<KeyValues> compute) {
        if (layer == crossed.size()) {
            KeyValues made = compute.get();
            made.keys().attach(manager);
            made.values().attach(manager);
            crossed.add(made);
        }
        return crossed.get(layer);
    }

    /**
     * Puts the rows of the batch in another order, some perhaps twice: beam search goes on from its
     * best. What the layers read of an encoder stays: each row goes on from one that has the same
     * text there.
     *
     * @param rows [B] int64, the row that each is to be
     */
    public void reorder(NDArray rows) {
        for (int i = 0; i < layers.size(); i++) {
            Layer old = layers.get(i);
            Layer chosen = new Layer(chosen(old.buffers, rows));
            chosen.length = old.length;
            layers.set(i, chosen);
        }
        facts.replaceAll(
                (key, fact) -> {
                    try (NDArray old = fact) {
                        return chosen(old, rows);
                    }
                });
    }

    /**
     * Makes more rows of those of the batch: several texts go on from each.
     *
     * @param rows int64, of any length, the row that each is to be
     */
    public void repeat(NDArray rows) {
        reorder(rows);
        crossed.replaceAll(pair -> chosen(pair, rows));
    }

    private KeyValues chosen(KeyValues pair, NDArray rows) {
        KeyValues chosen = new KeyValues(chosen(pair.keys(), rows), chosen(pair.values(), rows));
        pair.keys().close();
        pair.values().close();
        return chosen;
    }

    private NDArray chosen(NDArray array, NDArray rows) {
        NDArray chosen = Ops.rows(array, rows);
        chosen.attach(manager);
        return chosen;
    }

    @Override
    public void close() {
        manager.close();
    }
}
