package io.github.peft4j.internal.rows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.ops.Ops;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a group's adapters may ask of the keys that came before: how many there are, and numbers of
 * the group's rows, which lie among those of all rows, so that rows may change places.
 *
 * @param rows those of the group
 */
record RowCache(KeyValueCache all, Activation activation, ImmutableLongArray rows, long batch)
        implements KeyValueCache {

    @Override
    public long length() {
        return all.length();
    }

    @Override
    public NDArray rowFact(Object key, Supplier<NDArray> compute) {
        NDArray facts = all.rowFact(List.of(key, activation), () -> spread(compute.get()));
        try (NDArray index = facts.getManager().create(rows.toArray())) {
            return Ops.rows(facts, index);
        }
    }

    private NDArray spread(NDArray own) {
        NDManager manager = own.getManager();
        long[] values = own.toLongArray();
        long[] spread = new long[Math.toIntExact(batch)];
        for (int i = 0; i < rows.length(); i++) {
            spread[Math.toIntExact(rows.get(i))] = values[i];
        }
        return manager.create(spread);
    }

    @Override
    public KeyValues update(int layer, NDArray keys, NDArray values) {
        throw new IllegalStateException("Keys of all rows are kept together.");
    }

    @Override
    public KeyValues cross(int layer, Supplier<KeyValues> compute) {
        throw new IllegalStateException("Keys of all rows are kept together.");
    }
}
