package io.github.peft4j.task.data.internal;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Draws a share of rows so that each stratum keeps its share: of \(n_c\) rows of a stratum
 * \(\lfloor s n_c \rfloor\) or \(\lceil s n_c \rceil\) are drawn, those with the largest remainders
 * getting the row more, so that \(\mathrm{round}(s n)\) are drawn in all. At least one row of each
 * stratum is left, so that the whole may fall short of that.
 */
public final class Strata {

    /** Of a product of a decimal share and a count, which is whole but for rounding. */
    private static final double ROUNDING = 1e-9;

    private Strata() {}

    /**
     * The rows that are drawn, the same ones for the same seed on every machine.
     *
     * @param strata the stratum of each row, from 0
     * @throws IllegalArgumentException if the share is not between 0 and 1, or too small or large
     *     for a row on both sides
     */
    public static BitSet draw(int[] strata, double share, long seed) {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException(
                    "The share %s is not between 0 and 1. Give that of the test part, such as 0.2."
                            .formatted(share));
        }
        int[] wanted = wanted(strata, share);
        BitSet drawn = new BitSet();
        for (int row : Permutation.of(strata.length, new SplittableRandom(seed))) {
            if (wanted[strata[row]] > 0) {
                wanted[strata[row]]--;
                drawn.set(row);
            }
        }
        if (drawn.isEmpty()) {
            throw new IllegalArgumentException(
                    "The share %s of %d rows is none. Give more rows or another share."
                            .formatted(share, strata.length));
        }
        return drawn;
    }

    private static int[] wanted(int[] strata, double share) {
        int[] sizes = new int[Arrays.stream(strata).max().orElse(0) + 1];
        Arrays.stream(strata).forEach(stratum -> sizes[stratum]++);
        int[] wanted = Arrays.stream(sizes).map(size -> (int) (share * size + ROUNDING)).toArray();
        long missing = Math.round(share * strata.length) - Arrays.stream(wanted).sum();
        IntStream.range(0, sizes.length)
                .filter(i -> share * sizes[i] - wanted[i] > ROUNDING)
                .filter(i -> wanted[i] + 1 < sizes[i])
                .boxed()
                .sorted(Comparator.comparingDouble(i -> wanted[i] - share * sizes[i]))
                .limit(Math.max(0, missing))
                .toList()
                .forEach(i -> wanted[i]++);
        return wanted;
    }
}
