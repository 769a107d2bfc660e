package io.github.peft4j.task.train.plan;

import io.github.peft4j.task.data.BatchLoader;
import java.util.Arrays;
import java.util.Locale;

/**
 * The size of a batch.
 *
 * @param rows examples
 * @param longest tokens of the longest of them
 * @param tokens tokens of all of them, padding left out
 */
public record PlannedBatch(int rows, int longest, long tokens) {

    static PlannedBatch of(BatchLoader data, int[] examples) {
        int[] lengths = Arrays.stream(examples).map(data.source()::length).toArray();
        return new PlannedBatch(
                lengths.length,
                Arrays.stream(lengths).max().orElse(0),
                Arrays.stream(lengths).asLongStream().sum());
    }

    /** Grows with what a batch takes, whether the model computes padding or not. */
    long weight() {
        return tokens + (long) rows * longest;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d rows, the longest of %,d tokens, %,d tokens in all",
                rows,
                longest,
                tokens);
    }
}
