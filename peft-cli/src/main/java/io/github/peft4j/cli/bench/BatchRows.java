package io.github.peft4j.cli.bench;

import ai.djl.ndarray.NDArray;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of a workload's batches as examples. Rows of a batch count as equally long, so that a
 * loader, which sorts by length, gives back the batches that there are.
 */
final class BatchRows implements BatchSource {

    private static final List<String> COLUMNS =
            List.of(ModelInput.INPUT_IDS, ModelInput.ATTENTION_MASK, ModelInput.LABELS);

    private final BatchSet batches;
    private final int rows;

    private BatchRows(BatchSet batches) {
        this.batches = batches;
        rows = Math.toIntExact(batches.array(0, ModelInput.INPUT_IDS).getShape().get(0));
    }

    static BatchLoader loader(BatchSet batches) {
        BatchRows all = new BatchRows(batches);
        return BatchLoader.builder(all).optBatchSize(all.rows).build();
    }

    @Override
    public int size() {
        return rows * batches.size();
    }

    @Override
    public int length(int index) {
        return Math.toIntExact(batches.tokens(index / rows) / rows);
    }

    @Override
    public TokenBatch batch(int... indices) {
        int step = indices[0] / rows;
        int[] inBatch = Arrays.stream(indices).map(index -> index - step * rows).toArray();
        Map<String, HostArray> columns = new LinkedHashMap<>();
        for (String name : COLUMNS) {
            NDArray array = batches.array(step, name);
            columns.put(
                    name, new HostArray.Int64(array.toLongArray(), array.getShape()).rows(inBatch));
        }
        return new TokenBatch(columns, ImmutableIntArray.copyOf(indices));
    }
}
