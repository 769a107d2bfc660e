package io.github.peft4j.task.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.model.ModelInput;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A batch in Java memory: its columns by the argument names of Hugging Face's forward.
 *
 * @param columns {@code input_ids} [B, S] first, then {@code attention_mask} and whatever else the
 *     model is called with; labels are int64 [B] for classes, [B, S] for a class a token, [B, T]
 *     for tokens to be generated, float32 [B, L] for several classes at once, float32 [B] for
 *     regression
 * @param indices number of each row's example in its dataset
 */
public record TokenBatch(Map<String, HostArray> columns, ImmutableIntArray indices) {

    /** Refuses an empty batch, columns whose rows do not belong together, and rows of padding. */
    public TokenBatch {
        columns = ImmutableMap.copyOf(columns);
        if (!columns.containsKey(ModelInput.INPUT_IDS)) {
            throw new IllegalArgumentException(
                    "The columns %s lack input_ids. Add them.".formatted(columns.keySet()));
        }
        if (indices.isEmpty()) {
            throw new IllegalArgumentException("0 examples make no batch. Give at least one.");
        }
        int rows = indices.length();
        columns.forEach(
                (name, column) -> {
                    if (column.shape().get(0) != rows) {
                        throw new IllegalArgumentException(
                                "Column %s of shape %s does not have %d rows. Give one per index."
                                        .formatted(name, column.shape(), rows));
                    }
                });
        if (columns.get(ModelInput.ATTENTION_MASK) instanceof HostArray.Int64 mask) {
            requireTokens(mask, indices);
        }
    }

    private static void requireTokens(HostArray.Int64 mask, ImmutableIntArray indices) {
        int width = mask.values().length / indices.length();
        for (int row = 0; row < indices.length(); row++) {
            int from = row * width;
            if (Arrays.stream(mask.values(), from, from + width).allMatch(value -> value == 0)) {
                throw new IllegalArgumentException(
                        "Row %d (example %d) is padding only. Leave the example out."
                                .formatted(row, indices.get(row)));
            }
        }
    }

    /** Number of examples. */
    public int size() {
        return indices.length();
    }

    /** Shape [B, S] of the ids. */
    public Shape shape() {
        return inputIds().shape();
    }

    private HostArray inputIds() {
        HostArray ids = columns.get(ModelInput.INPUT_IDS);
        if (ids == null) {
            throw new IllegalStateException("A batch always has input_ids.");
        }
        return ids;
    }

    /**
     * What the model is called with. The arrays belong to {@code manager}, which must stay open
     * until the backward pass is done.
     */
    public ModelInput toInput(NDManager manager) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        columns.forEach((name, column) -> arrays.put(name, column.toArray(manager)));
        return ModelInput.of(arrays);
    }
}
