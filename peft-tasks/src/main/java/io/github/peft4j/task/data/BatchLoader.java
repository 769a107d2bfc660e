package io.github.peft4j.task.data;

import com.google.common.collect.Iterators;
import com.google.common.math.IntMath;
import io.github.peft4j.engine.Interruption;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.internal.Permutation;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Cuts examples into batches of near-equal length, so that little padding is computed.
 *
 * <p>Shuffled: the examples are put in random order, cut into groups of {@code bucketBatches}
 * batches, sorted by length inside a group and cut into batches, whose order is then shuffled. The
 * order depends on (seed, epoch) alone. In order: all examples sorted by length, for evaluation;
 * {@link RestoreOrder} puts the predictions back.
 *
 * @param source the examples
 * @param batchSize examples a batch; the last batch of the last group may be smaller
 * @param shuffle whether batches are random (training) or sorted by length (evaluation)
 * @param seed of the random orders
 * @param bucketBatches batches a group; 1 leaves lengths to chance
 * @param dropLast whether a smaller batch is left out; only when shuffled
 */
public record BatchLoader(
        BatchSource source,
        int batchSize,
        boolean shuffle,
        long seed,
        int bucketBatches,
        boolean dropLast) {

    /** Refuses sizes below 1 and settings under which no example, or not every one, would come. */
    public BatchLoader {
        requirePositive("batchSize", batchSize);
        requirePositive("bucketBatches", bucketBatches);
        requirePositive("Number of examples", source.size());
        if (dropLast && !shuffle) {
            throw new IllegalArgumentException(
                    "dropLast true would leave the longest examples out of every evaluation."
                            + " Use it with optShuffle(true) alone.");
        }
        if (dropLast && source.size() < batchSize) {
            throw new IllegalArgumentException(
                    "dropLast true leaves no batch: %d examples are fewer than batchSize %d."
                                    .formatted(source.size(), batchSize)
                            + " Lower batchSize.");
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "%s %d is not positive. Give at least 1.".formatted(name, value));
        }
    }

    /** Batches an epoch. */
    public int batchCount() {
        return IntMath.divide(
                source.size(), batchSize, dropLast ? RoundingMode.FLOOR : RoundingMode.CEILING);
    }

    /** The batches of an epoch, made one by one. */
    public Iterator<TokenBatch> iterator(int epoch) {
        return iterator(epoch, 0);
    }

    /**
     * The batches of an epoch from one on: the rest that an interrupted run had not seen. The
     * batches before it are never made.
     *
     * <p>On an interrupted thread {@code next()} throws a {@link
     * java.util.concurrent.CancellationException}: so training, evaluation and prediction end with
     * the batch they are at.
     *
     * @param firstBatch number of the first batch, from 0 to {@link #batchCount}
     */
    public Iterator<TokenBatch> iterator(int epoch, int firstBatch) {
        if (epoch < 0 || firstBatch < 0 || firstBatch > batchCount()) {
            throw new IllegalArgumentException(
                    "Epoch %d, batch %d does not exist. Give an epoch from 0 and a batch up to %d."
                            .formatted(epoch, firstBatch, batchCount()));
        }
        List<int[]> rest = order(epoch).subList(firstBatch, batchCount());
        BatchSource examples = source.inEpoch(epoch);
        return Iterators.transform(
                rest.iterator(),
                indices -> {
                    Interruption.check("The run over the batches");
                    return examples.batch(indices);
                });
    }

    /** Tokens of an epoch's rows, padding left out, where the batches tell. */
    public long tokenCount() {
        long tokens = 0;
        for (Iterator<TokenBatch> batches = iterator(0); batches.hasNext(); ) {
            TokenBatch batch = batches.next();
            tokens +=
                    batch.columns().get(ModelInput.ATTENTION_MASK) instanceof HostArray.Int64 mask
                            ? Arrays.stream(mask.values()).filter(value -> value != 0).count()
                            : batch.shape().size();
        }
        return tokens;
    }

    /** Whether a later epoch may hold rows that the first one did not. */
    public boolean bringsNewRows() {
        return dropLast || source.inEpoch(1) != source;
    }

    /** The examples of each batch of an epoch. */
    public List<int[]> order(int epoch) {
        if (!shuffle) {
            return cut(sortedByLength(Permutation.identity(source.size())));
        }
        SplittableRandom random =
                new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch);
        int[] order = Permutation.of(source.size(), random);
        int group = (int) Math.min(source.size(), (long) batchSize * bucketBatches);
        List<int[]> batches = new ArrayList<>();
        for (int start = 0; start < order.length; start += group) {
            int end = (int) Math.min(order.length, (long) start + group);
            batches.addAll(cut(sortedByLength(Arrays.copyOfRange(order, start, end))));
            if (end == order.length) {
                break;
            }
        }
        if (dropLast) {
            batches.removeIf(batch -> batch.length < batchSize);
        }
        return Arrays.stream(Permutation.of(batches.size(), random))
                .mapToObj(batches::get)
                .toList();
    }

    private List<int[]> cut(int[] order) {
        List<int[]> batches = new ArrayList<>();
        for (int start = 0; start < order.length; start += batchSize) {
            int size = Math.min(batchSize, order.length - start);
            batches.add(Arrays.copyOfRange(order, start, start + size));
        }
        return batches;
    }

    /** Shortest first; examples of equal length keep their order. */
    private int[] sortedByLength(int[] order) {
        long[] keys = new long[order.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = ((long) source.length(order[i]) << Integer.SIZE) | i;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> order[(int) key]).toArray();
    }

    /** Starts from: batches of 8, in order of length. */
    public static Builder builder(BatchSource source) {
        return new Builder(source);
    }

    /** Collects options; {@link #build} checks them. */
    public static final class Builder {

        private final BatchSource source;
        private int batchSize = 8;
        private boolean shuffle;
        private long seed;
        private int bucketBatches = 16;
        private boolean dropLast;

        private Builder(BatchSource source) {
            this.source = source;
        }

        /** Examples a batch; default 8. */
        public Builder optBatchSize(int examples) {
            batchSize = examples;
            return this;
        }

        /** Whether batches are random; default false, sorted by length. */
        public Builder optShuffle(boolean random) {
            shuffle = random;
            return this;
        }

        /** Seed of the random orders; default 0. */
        public Builder optSeed(long value) {
            seed = value;
            return this;
        }

        /** Batches a group of near-equal length; default 16. */
        public Builder optBucketBatches(int batches) {
            bucketBatches = batches;
            return this;
        }

        /** Whether a smaller batch is left out; default false. */
        public Builder optDropLast(boolean drop) {
            dropLast = drop;
            return this;
        }

        /** The loader. */
        public BatchLoader build() {
            return new BatchLoader(source, batchSize, shuffle, seed, bucketBatches, dropLast);
        }
    }
}
