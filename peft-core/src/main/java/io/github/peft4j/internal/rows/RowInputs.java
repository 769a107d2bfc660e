package io.github.peft4j.internal.rows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.ops.Ops;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** Rows of a call's arrays. */
final class RowInputs {

    private RowInputs() {}

    /**
     * The rows of one group; arrays that do not have a row for each are left as they are.
     *
     * @param groupOf the group of each row
     * @param activation the group's
     */
    static ModelInput select(ModelInput input, int[] groupOf, int group, Activation activation) {
        long[] rows =
                IntStream.range(0, groupOf.length)
                        .filter(row -> groupOf[row] == group)
                        .asLongStream()
                        .toArray();
        NDManager manager = input.manager();
        Map<String, NDArray> selected = new LinkedHashMap<>();
        try (NDArray index = manager.create(rows)) {
            input.arrays()
                    .forEach(
                            (name, array) ->
                                    selected.put(
                                            name,
                                            array.getShape().dimension() > 0
                                                            && array.getShape().get(0)
                                                                    == groupOf.length
                                                    ? Ops.rows(array, index)
                                                    : array));
        }
        KeyValueCache cache = input.cache();
        ModelInput own = ModelInput.of(selected);
        return cache == null
                ? own
                : own.withCache(
                        new RowCache(
                                cache,
                                activation,
                                ImmutableLongArray.copyOf(rows),
                                groupOf.length));
    }
}
