package io.github.peft4j.task.data;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the results of batches back into the order of the dataset.
 *
 * @param <T> the result for one example
 */
public final class RestoreOrder<T> {

    private final List<@Nullable T> results;

    /** For a dataset of this many examples. */
    public RestoreOrder(int size) {
        this.results = new ArrayList<>(Collections.nCopies(size, null));
    }

    /**
     * Takes the results of a batch, one for each of its rows.
     *
     * @throws IllegalArgumentException if there are more or fewer, or an example has one already
     */
    public void add(TokenBatch batch, List<T> rows) {
        if (rows.size() != batch.size()) {
            throw new IllegalArgumentException(
                    "%d results do not fit a batch of %d rows. Give one for each row."
                            .formatted(rows.size(), batch.size()));
        }
        for (int i = 0; i < rows.size(); i++) {
            int index = batch.indices().get(i);
            if (results.get(index) != null) {
                throw new IllegalArgumentException(
                        "Example %d has a result already. Add each batch once.".formatted(index));
            }
            results.set(index, rows.get(i));
        }
    }

    /**
     * The results of all examples.
     *
     * @throws IllegalStateException if an example has none
     */
    public List<T> toList() {
        ImmutableList.Builder<T> all = ImmutableList.builderWithExpectedSize(results.size());
        for (int i = 0; i < results.size(); i++) {
            T result = results.get(i);
            if (result == null) {
                throw new IllegalStateException(
                        "Example %d has no result. Add every batch of the loader.".formatted(i));
            }
            all.add(result);
        }
        return all.build();
    }
}
