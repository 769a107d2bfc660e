package io.github.peft4j.task.data;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** Examples that a {@link BatchLoader} cuts into batches. */
public interface BatchSource {

    /** Number of examples. */
    int size();

    /**
     * Names of the classes in the order of their indices, an empty text for one that has none;
     * empty where they are not known.
     */
    default List<String> labels() {
        return ImmutableList.of();
    }

    /** What the examples come from, a file or a dataset; empty where it is not known. */
    default String name() {
        return "";
    }

    /** Tokens of an example: batches hold examples of near-equal length. */
    int length(int index);

    /** The batch of these examples, in this order, padded to its longest row. */
    TokenBatch batch(int... indices);

    /**
     * The examples of an epoch, as many and as long in each: for sources that cut their texts anew
     * each time. Depends on the epoch alone.
     */
    default BatchSource inEpoch(int epoch) {
        return this;
    }
}
