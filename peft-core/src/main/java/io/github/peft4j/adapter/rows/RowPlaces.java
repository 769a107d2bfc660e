package io.github.peft4j.adapter.rows;

import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.exception.UnsupportedFeatureException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which row of the batch each position along an array's first axis belongs to, for passes in which
 * each row has an adapter of its own.
 *
 * <p>Arrays [B, ...] hold a row a position. A model that lays tokens end to end, or picks some,
 * says so by {@link #place}; where a layer sees what belongs to no row, as a table of distances, it
 * says so by {@link #withoutRows}. In all other passes nothing of this has an effect.
 */
public final class RowPlaces {

    private final boolean hasRows;
    private final Map<Integer, int[]> bySize = new HashMap<>();
    private @Nullable String rowless;

    private RowPlaces(boolean hasRows) {
        this.hasRows = hasRows;
    }

    /** Those of a pass. */
    public static RowPlaces of(AdapterPass pass) {
        return pass.once(RowPlaces.class, () -> new RowPlaces(false));
    }

    /** Begins a pass over a batch of so many rows; before the pass computes anything. */
    public static void begin(AdapterPass pass, int batch) {
        RowPlaces places =
                pass.once(
                        RowPlaces.class,
                        () -> {
                            RowPlaces rows = new RowPlaces(true);
                            rows.bySize.put(batch, IntStream.range(0, batch).toArray());
                            return rows;
                        });
        if (!places.hasRows) {
            throw new IllegalStateException("The pass has computed something already.");
        }
    }

    /**
     * Says which row each position of the arrays that follow belongs to.
     *
     * @param rowOf the row of each position
     * @return false if arrays of this size are known to lie otherwise; then lay them out as [B,
     *     ...]
     */
    public boolean place(int[] rowOf) {
        if (!hasRows) {
            return true;
        }
        int[] known = bySize.putIfAbsent(rowOf.length, rowOf.clone());
        return known == null || Arrays.equals(known, rowOf);
    }

    /**
     * Computes what belongs to no row of the batch; an adapter there that only some rows have is
     * refused.
     *
     * @param what it is, for the message
     */
    public <T> T withoutRows(String what, Supplier<T> computation) {
        String before = rowless;
        rowless = what;
        try {
            return computation.get();
        } finally {
            rowless = before;
        }
    }

    /**
     * The row of each position of an array.
     *
     * @param positions length of its first axis
     * @throws UnsupportedFeatureException if it belongs to no row
     */
    public int[] rowsOf(long positions) {
        int[] known = bySize.get((int) positions);
        if (rowless != null || known == null) {
            throw new UnsupportedFeatureException(
                    "An adapter that only some rows of the batch have acts on "
                            + (rowless != null
                                    ? rowless
                                    : "an array of " + positions + " positions")
                            + ", which belongs to no row. Give each adapter a batch of its own.");
        }
        return known;
    }
}
