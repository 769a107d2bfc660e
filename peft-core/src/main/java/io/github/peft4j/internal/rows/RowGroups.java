package io.github.peft4j.internal.rows;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Where the rows of each group stand along the first axis of an array. */
final class RowGroups {

    private final int[][] places;

    private RowGroups(int[][] places) {
        this.places = places;
    }

    /**
     * The places of each group.
     *
     * @param rowOf the row of each position
     * @param groupOf the group of each row
     */
    static RowGroups of(int[] rowOf, int[] groupOf, int count) {
        List<ImmutableIntArray.Builder> found = new ArrayList<>();
        for (int group = 0; group < count; group++) {
            found.add(ImmutableIntArray.builder());
        }
        for (int place = 0; place < rowOf.length; place++) {
            found.get(groupOf[rowOf[place]]).add(place);
        }
        return new RowGroups(
                found.stream().map(group -> group.build().toArray()).toArray(int[][]::new));
    }

    /** Groups that have a place. */
    int[] present() {
        return IntStream.range(0, places.length).filter(i -> places[i].length > 0).toArray();
    }

    /** The places of a group, in ascending order. */
    int[] places(int group) {
        return places[group];
    }

    boolean isContiguous(int group) {
        int[] own = places[group];
        return own.length > 0 && own[own.length - 1] - own[0] == own.length - 1;
    }

    /** The places of a group as (start, length). */
    List<int[]> runs(int group) {
        List<int[]> runs = new ArrayList<>();
        int[] own = places[group];
        for (int i = 0; i < own.length; i++) {
            if (i > 0 && own[i] == own[i - 1] + 1) {
                runs.get(runs.size() - 1)[1]++;
            } else {
                runs.add(new int[] {own[i], 1});
            }
        }
        return runs;
    }
}
