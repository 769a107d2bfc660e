package io.github.peft4j.task.train.plan;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads the rows of the word embedding that a training will read. Weights mapped from a file become
 * resident when they are read: of most layers in the first step, of this table row by row over the
 * whole training.
 */
final class EmbeddingRows {

    /** More batches than these are not looked through. */
    private static final long MAX_BATCHES = 2000;

    private static final int AT_ONCE = 512;

    private EmbeddingRows() {}

    static void read(BaseModel base, BatchLoader data, long batches) {
        Optional<Parameter> table = table(base);
        if (table.isEmpty()) {
            return;
        }
        NDArray weight = table.get().getArray();
        BitSet ids = new BitSet();
        Iterator<TokenBatch> all = data.iterator(0);
        for (long i = 0; i < Math.min(batches, MAX_BATCHES) && all.hasNext(); i++) {
            if (all.next().columns().get(ModelInput.INPUT_IDS) instanceof HostArray.Int64 column) {
                Arrays.stream(column.values())
                        .filter(id -> id >= 0 && id < weight.getShape().get(0))
                        .forEach(id -> ids.set((int) id));
            }
        }
        long[] distinct = ids.stream().asLongStream().toArray();
        try (Gradients off = Gradients.off()) {
            for (int from = 0; from < distinct.length; from += AT_ONCE) {
                int to = Math.min(distinct.length, from + AT_ONCE);
                try (NDManager scope = Engines.newManager(base.device());
                        NDArray index = scope.create(Arrays.copyOfRange(distinct, from, to));
                        NDArray rows = HeldNumbers.embedding(index, weight)) {
                    rows.setName("rows"); // reading them is all
                }
            }
        }
    }

    /** The largest table that is not held by the adapter. */
    private static Optional<Parameter> table(BaseModel base) {
        Set<Parameter> own = base.parameters().values().stream().collect(Collectors.toSet());
        return base.sites().stream()
                .filter(site -> site.kind() == LayerKind.EMBEDDING)
                .flatMap(site -> Optional.ofNullable(site.weight()).stream())
                .filter(own::contains)
                .max(Comparator.comparing(weight -> weight.getArray().getShape().get(0)));
    }
}
