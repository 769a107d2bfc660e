package io.github.peft4j.task.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchLoaderTest {

    /** Examples whose lengths are all different, in no order; counts the batches it makes. */
    private static final class Lengths implements BatchSource {

        private final int size;
        private int made;

        Lengths(int size) {
            this.size = size;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public int length(int index) {
            return 1 + index * 7919 % 1009;
        }

        @Override
        public TokenBatch batch(int... indices) {
            made++;
            HostArray ids =
                    new HostArray.Int64(new long[indices.length], new Shape(indices.length, 1));
            return new TokenBatch(
                    ImmutableMap.of("input_ids", ids), ImmutableIntArray.copyOf(indices));
        }
    }

    private final Lengths source = new Lengths(1000);

    private BatchLoader.Builder shuffled() {
        return BatchLoader.builder(source).optBatchSize(7).optShuffle(true).optSeed(5);
    }

    private static List<List<Integer>> order(Iterator<TokenBatch> batches) {
        List<List<Integer>> order = new ArrayList<>();
        batches.forEachRemaining(batch -> order.add(batch.indices().asList()));
        return order;
    }

    private static List<Integer> flat(List<List<Integer>> order) {
        return order.stream().flatMap(List::stream).toList();
    }

    @Test
    void givesEveryExampleOnceAnEpoch() {
        BatchLoader loader = shuffled().build();

        List<List<Integer>> order = order(loader.iterator(0));

        assertThat(order).hasSize(143).hasSize(loader.batchCount());
        assertThat(order.stream().filter(batch -> batch.size() < 7)).hasSize(1);
        assertThat(flat(order))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 1000).boxed().toList());
    }

    @Test
    void sortsGroupsOfSixteenBatchesByLength() {
        List<int[]> batches = shuffled().build().order(3);

        // a group of 112 examples, sorted, has 16 batches whose ranges of length do not overlap:
        // every batch spans about a sixteenth of all lengths, where a random one spans nearly all
        assertThat(batches).allSatisfy(batch -> assertThat(span(batch)).isLessThan(350));
        double mean = batches.stream().mapToInt(this::span).average().orElseThrow();
        assertThat(mean).isBetween(40.0, 70.0);
        double shortest = span(shuffled().optBucketBatches(1).build().order(3).get(0));
        assertThat(shortest).isGreaterThan(350);
    }

    private int span(int[] batch) {
        int[] lengths = Arrays.stream(batch).map(source::length).toArray();
        int[] sorted = lengths.clone();
        Arrays.sort(sorted);
        assertThat(lengths).isEqualTo(sorted);
        return sorted[sorted.length - 1] - sorted[0];
    }

    @Test
    void shufflesTheBatchesOfAllGroups() {
        List<int[]> batches = shuffled().build().order(0);

        int rising = 0;
        for (int i = 1; i < batches.size(); i++) {
            rising +=
                    source.length(batches.get(i)[0]) > source.length(batches.get(i - 1)[0]) ? 1 : 0;
        }

        assertThat(rising).isBetween(50, 95);
    }

    @Test
    void dependsOnSeedAndEpochAlone() {
        List<List<Integer>> order = order(shuffled().build().iterator(2));

        assertThat(order(shuffled().build().iterator(2))).isEqualTo(order);
        assertThat(order(shuffled().build().iterator(1))).isNotEqualTo(order);
        assertThat(order(shuffled().optSeed(6).build().iterator(2))).isNotEqualTo(order);
        // resuming on another machine or JDK needs the same numbers for ever
        assertThat(order.get(0)).containsExactly(968, 625, 559, 803, 737, 216, 783);
    }

    @Test
    void goesOnFromABatchWithoutMakingTheOnesBefore() {
        BatchLoader loader = shuffled().build();
        List<List<Integer>> whole = order(loader.iterator(1));
        source.made = 0;

        List<List<Integer>> rest = order(loader.iterator(1, 140));

        assertThat(rest).isEqualTo(whole.subList(140, 143));
        assertThat(source.made).isEqualTo(3);
        assertThat(loader.iterator(1, 143)).isExhausted();
    }

    @Test
    void leavesTheSmallBatchOut() {
        BatchLoader loader = shuffled().optDropLast(true).build();

        List<List<Integer>> order = order(loader.iterator(0));

        assertThat(order).hasSize(142).hasSize(loader.batchCount());
        assertThat(order).allSatisfy(batch -> assertThat(batch).hasSize(7));
    }

    @Test
    void putsPredictionsBackIntoOrder() {
        BatchLoader loader = BatchLoader.builder(source).optBatchSize(64).build();
        RestoreOrder<Integer> lengths = new RestoreOrder<>(source.size());
        List<Integer> seen = new ArrayList<>();

        loader.iterator(0)
                .forEachRemaining(
                        batch -> {
                            List<Integer> rows =
                                    Lists.transform(batch.indices().asList(), source::length);
                            seen.addAll(rows);
                            lengths.add(batch, rows);
                        });

        assertThat(seen).isSorted();
        assertThat(lengths.toList())
                .isEqualTo(IntStream.range(0, 1000).map(source::length).boxed().toList());
    }

    @Test
    void refusesResultsThatAreMissingOrGivenTwice() {
        RestoreOrder<Integer> results = new RestoreOrder<>(3);
        TokenBatch batch = source.batch(2, 0);
        results.add(batch, List.of(1, 2));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> results.add(batch, List.of(1, 2)))
                .withMessageContaining("Example 2 has a result already");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> results.add(batch, List.of(1)))
                .withMessageContaining("1 results do not fit a batch of 2 rows");
        assertThatIllegalStateException()
                .isThrownBy(results::toList)
                .withMessageContaining("Example 1 has no result");
    }

    @Test
    void refusesSizesWithoutBatches() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> shuffled().optBatchSize(0).build())
                .withMessageContaining("batchSize 0 is not positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> shuffled().optBucketBatches(0).build())
                .withMessageContaining("bucketBatches 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BatchLoader.builder(new Lengths(0)).build())
                .withMessageContaining("Number of examples 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> shuffled().optDropLast(true).optBatchSize(1001).build())
                .withMessageContaining("1000 examples are fewer than batchSize 1001");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BatchLoader.builder(source).optDropLast(true).build())
                .withMessageContaining("longest examples");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> shuffled().build().iterator(0, 144))
                .withMessageContaining("a batch up to 143");
    }

    @Test
    void takesAnyBatchSize() {
        BatchLoader loader = shuffled().optBatchSize(Integer.MAX_VALUE).build();

        assertThat(order(loader.iterator(0)))
                .hasSize(1)
                .allSatisfy(b -> assertThat(b).hasSize(1000));
    }
}
