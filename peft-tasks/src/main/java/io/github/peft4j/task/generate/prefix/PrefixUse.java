package io.github.peft4j.task.generate.prefix;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import io.github.peft4j.transformers.part.DynamicCache;
import java.util.List;
import java.util.function.Supplier;

/**
 * What one generation takes from a {@link PrefixCache} and adds to it.
 *
 * <p>Rows of a batch end together, padded at their left. The columns that are left to compute begin
 * at the same one for all, as far left as the row with the fewest kept tokens needs.
 */
public final class PrefixUse {

    private final PrefixCache cache;
    private final Supplier<Object> state;
    private final Object before;

    /**
     * The use of a generation that begins.
     *
     * @param state what keys and values depend on besides tokens; equal where they are equal
     */
    public PrefixUse(PrefixCache cache, Supplier<Object> state) {
        this.cache = cache;
        this.state = state;
        before = state.get();
    }

    /**
     * Fills the first columns of an empty cache.
     *
     * @param texts of the rows, without padding
     * @param length tokens of a row with its padding
     * @return columns that were filled; at least one is left over
     */
    public int restore(DynamicCache keys, List<long[]> texts, int length) {
        try (NDManager scratch = keys.newScope();
                Gradients off = Gradients.off()) {
            NDList found = new NDList();
            int rest = 1;
            for (long[] text : texts) {
                NDArray row = cache.find(before, text, scratch);
                if (row == null) {
                    return 0;
                }
                found.add(row);
                rest = Math.max(rest, (int) (text.length - row.getShape().get(1)));
            }
            int columns = length - rest;
            if (columns < 1) {
                return 0;
            }
            long reused = 0;
            NDList rows = new NDList();
            for (int i = 0; i < found.size(); i++) {
                int padding = Math.min(length - texts.get(i).length, columns);
                reused += columns - padding;
                rows.add(padded(found.get(i), padding, columns));
            }
            fill(keys, NDArrays.stack(rows, 1));
            cache.count(reused);
            return columns;
        }
    }

    private static NDArray padded(NDArray row, int padding, int columns) {
        NDArray part = row.get(new NDIndex(":, 0:{}", columns - padding));
        if (padding == 0) {
            return part;
        }
        Shape shape = row.getShape();
        NDArray zeros = row.getManager().zeros(new Shape(shape.get(0), padding, shape.get(2)));
        return zeros.concat(part, 1);
    }

    /** Layers' keys and values in turn, [2 layers, B, columns, width]. */
    private static void fill(DynamicCache keys, NDArray all) {
        for (int layer = 0; 2L * layer < all.getShape().get(0); layer++) {
            KeyValues filled = keys.update(layer, all.get(2L * layer), all.get(2L * layer + 1));
            filled.keys().close();
            filled.values().close();
        }
    }

    /** Keeps what a generation has computed of its prompts; arguments as for {@link #restore}. */
    public void keep(DynamicCache keys, List<long[]> texts, int length) {
        if (!state.get().equals(before)) {
            return; // it was trained meanwhile
        }
        List<KeyValues> buffers = keys.buffers(0);
        for (int row = 0; row < texts.size(); row++) {
            long[] text = texts.get(row);
            int from = cache.kept(before, text);
            int to = text.length - text.length % PrefixCache.BLOCK;
            if (from < to) {
                int start = length - text.length;
                try (NDManager scratch = keys.newScope();
                        Gradients off = Gradients.off()) {
                    NDList parts = new NDList();
                    for (KeyValues pair : buffers) {
                        parts.add(part(pair.keys(), row, start + from, start + to, scratch));
                        parts.add(part(pair.values(), row, start + from, start + to, scratch));
                    }
                    NDArray all = NDArrays.stack(parts, 0);
                    all.attach(scratch);
                    cache.keep(before, text, from, all);
                }
            }
        }
    }

    private static NDArray part(NDArray buffer, int row, int from, int to, NDManager scratch) {
        NDArray part = buffer.get(new NDIndex("{}, {}:{}", row, from, to));
        part.attach(scratch);
        return part;
    }
}
