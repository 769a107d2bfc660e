package io.github.peft4j.task.data.text;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.data.internal.Strata;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Two parts of a dataset that have no row in common, each in the order of the whole.
 *
 * @param train what is trained on
 * @param test what is left out of it
 * @param <T> a dataset
 */
public record Split<T>(T train, T test) {

    /**
     * Divides rows of any kind at random, the same way for the same seed on every machine.
     *
     * @param share of the test part, between 0 and 1, such as 0.2
     * @throws IllegalArgumentException if the share is not between 0 and 1, or leaves a part empty
     */
    public static <R> Split<List<R>> of(List<R> rows, double share, long seed) {
        return of(rows, new int[rows.size()], share, seed);
    }

    /**
     * The same, so that both parts have their share of each stratum.
     *
     * @param strata of each row, from 0
     */
    static <R> Split<List<R>> of(List<R> rows, int[] strata, double share, long seed) {
        BitSet test = Strata.draw(strata, share, seed);
        return new Split<>(part(rows, test, false), part(rows, test, true));
    }

    private static <R> List<R> part(List<R> rows, BitSet test, boolean wanted) {
        return IntStream.range(0, rows.size())
                .filter(i -> test.get(i) == wanted)
                .mapToObj(rows::get)
                .collect(ImmutableList.toImmutableList());
    }
}
