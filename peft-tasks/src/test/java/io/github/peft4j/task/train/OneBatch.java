package io.github.peft4j.task.train;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import java.util.Map;
import java.util.Objects;

/** The rows of given arrays, of equal length, whole numbers all. */
final class OneBatch implements BatchSource {

    private final ImmutableMap<String, HostArray> columns;

    OneBatch(Map<String, NDArray> arrays) {
        ImmutableMap.Builder<String, HostArray> all = ImmutableMap.builder();
        arrays.forEach(
                (name, array) ->
                        all.put(name, new HostArray.Int64(array.toLongArray(), array.getShape())));
        columns = all.buildOrThrow();
    }

    private HostArray ids() {
        return Objects.requireNonNull(columns.get(ModelInput.INPUT_IDS));
    }

    @Override
    public int size() {
        return (int) ids().shape().get(0);
    }

    @Override
    public int length(int index) {
        return (int) ids().shape().get(1);
    }

    @Override
    public TokenBatch batch(int... indices) {
        ImmutableMap.Builder<String, HostArray> rows = ImmutableMap.builder();
        columns.forEach((name, column) -> rows.put(name, column.rows(indices)));
        return new TokenBatch(rows.buildOrThrow(), ImmutableIntArray.copyOf(indices));
    }
}
