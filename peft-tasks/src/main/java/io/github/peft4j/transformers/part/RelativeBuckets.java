package io.github.peft4j.transformers.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.rows.RowPlaces;
import io.github.peft4j.nn.Embedding;

/**
 * Puts the distances between positions into buckets, each of which has a bias on the scores of
 * every head: one bucket a distance where it is small, wider and wider ones up to a largest
 * distance.
 *
 * @param count number of buckets
 * @param maxDistance from here on all distances share the last bucket
 * @param bothWays whether half of the buckets are for keys behind the query; else those count as
 *     distance 0
 * @see <a href="https://arxiv.org/abs/1910.10683">Raffel et al. 2019, section 2.1</a>
 */
public record RelativeBuckets(int count, int maxDistance, boolean bothWays) {

    /** Refuses buckets that have no logarithm. */
    public RelativeBuckets {
        int exact = (bothWays ? count / 2 : count) / 2;
        if (exact < 1 || maxDistance <= exact) {
            throw new IllegalArgumentException(
                    "relative_attention_num_buckets "
                            + count
                            + " and relative_attention_max_distance "
                            + maxDistance
                            + " do not fit: the distance must be above "
                            + exact
                            + ". Correct config.json.");
        }
    }

    /**
     * What is added to the scores: [1, N, S, T] in the pass's manager, for S queries that are the
     * last of T keys.
     *
     * @param table [buckets, N]
     */
    public NDArray bias(AdapterPass pass, Embedding table, long queries, long keys) {
        NDManager manager = pass.scope();
        NDArray ids = manager.create(buckets(queries, keys), new Shape(queries, keys));
        NDArray bias =
                RowPlaces.of(pass)
                        .withoutRows("distances between tokens", () -> table.forward(pass, ids))
                        .transpose(2, 0, 1)
                        .expandDims(0);
        bias.attach(manager);
        return bias;
    }

    /** Buckets of S queries and T keys, row by row. */
    private long[] buckets(long queries, long keys) {
        int[] behind = new int[(int) keys];
        int[] ahead = new int[(int) keys];
        for (int i = 0; i < keys; i++) {
            behind[i] = bucket(-i);
            ahead[i] = bucket(i);
        }
        long[] ids = new long[(int) (queries * keys)];
        int next = 0;
        for (long query = keys - queries; query < keys; query++) {
            for (int key = 0; key < keys; key++) {
                int distance = (int) (key - query);
                ids[next++] = distance > 0 ? ahead[distance] : behind[-distance];
            }
        }
        return ids;
    }

    /**
     * The bucket of a distance.
     *
     * @param distance position of the key minus that of the query
     */
    public int bucket(int distance) {
        int size = bothWays ? count / 2 : count;
        int first = bothWays && distance > 0 ? size : 0;
        int length = bothWays ? Math.abs(distance) : Math.max(0, -distance);
        int exact = size / 2;
        if (length < exact) {
            return first + length;
        }
        // In float32, as transformers computes it: the cast decides at whole numbers.
        float share =
                (float) Math.log((float) length / exact)
                        / (float) Math.log((double) maxDistance / exact);
        int wide = exact + (int) (share * (size - exact));
        return first + Math.min(wide, size - 1);
    }
}
