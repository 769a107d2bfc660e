package io.github.peft4j.internal.rows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.rows.RowPlaces;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.rows.RowOps;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows of each group stand along the first axis of arrays of one size.
 *
 * <p>Index arrays live as long as the call's input: the backward pass reads them, and what was made
 * from Java's memory is gone with the Java object.
 */
final class RowGroups {

    private final NDManager scope;
    private final List<Group> groups = new ArrayList<>();
    private final @Nullable NDArray order;

    /**
     * A group.
     *
     * @param number of the group
     * @param places in ascending order
     * @param index the same as an array; null where they are side by side
     */
    record Group(int number, ImmutableLongArray places, @Nullable NDArray index) {

        /** The group's part of an array. */
        NDArray of(NDArray x) {
            if (index != null) {
                return Ops.rows(x, index);
            }
            long first = places.get(0);
            return places.length() == x.getShape().get(0)
                    ? x
                    : x.get(new NDIndex().addSliceDim(first, first + places.length()));
        }

        /** The places as (start, length). */
        List<int[]> runs() {
            List<int[]> runs = new ArrayList<>();
            for (int i = 0; i < places.length(); i++) {
                if (i > 0 && places.get(i) == places.get(i - 1) + 1) {
                    runs.get(runs.size() - 1)[1]++;
                } else {
                    runs.add(new int[] {(int) places.get(i), 1});
                }
            }
            return runs;
        }
    }

    private record Key(long positions) {}

    private RowGroups(NDManager scope, int[] rowOf, int[] groupOf, int count) {
        this.scope = scope;
        List<ImmutableLongArray.Builder> found = new ArrayList<>();
        for (int group = 0; group < count; group++) {
            found.add(ImmutableLongArray.builder());
        }
        for (int place = 0; place < rowOf.length; place++) {
            found.get(groupOf[rowOf[place]]).add(place);
        }
        long[] from = new long[rowOf.length];
        boolean sorted = true;
        int next = 0;
        for (int group = 0; group < count; group++) {
            ImmutableLongArray places = found.get(group).build();
            if (!places.isEmpty()) {
                groups.add(new Group(group, places, index(places)));
            }
            for (int i = 0; i < places.length(); i++, next++) {
                from[(int) places.get(i)] = next;
                sorted &= places.get(i) == next;
            }
        }
        order = sorted ? null : scope.create(from);
    }

    /**
     * The groups of an array of so many positions, worked out once a pass.
     *
     * @param groupOf the group of each row
     * @param count how many groups there are
     */
    static RowGroups of(AdapterPass pass, long positions, int[] groupOf, int count) {
        int[] rowOf = RowPlaces.of(pass).rowsOf(positions);
        return pass.once(
                new Key(positions), () -> new RowGroups(pass.scope(), rowOf, groupOf, count));
    }

    private @Nullable NDArray index(ImmutableLongArray places) {
        long span = places.get(places.length() - 1) - places.get(0) + 1;
        return span == places.length() ? null : scope.create(places.toArray());
    }

    /** Those that have a place. */
    List<Group> present() {
        return groups;
    }

    /** The parts of all that have a place, in their order, as one array. */
    NDArray assemble(List<NDArray> parts) {
        NDArray all = RowOps.joined(parts);
        return order == null ? all : Ops.rows(all, order);
    }
}
