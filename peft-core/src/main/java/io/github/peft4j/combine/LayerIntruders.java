package io.github.peft4j.combine;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * The intruder dimensions of one layer.
 *
 * @param path the layer
 * @param places which singular vectors of the merged weight they are: 0 has the largest value
 * @param discardedShare share of the mitigated change's energy that did not fit into the adapter's
 *     rank; 0 where there are no intruders, since nothing changes there
 */
public record LayerIntruders(String path, List<Integer> places, double discardedShare) {

    /** Copies the list. */
    public LayerIntruders {
        places = ImmutableList.copyOf(places);
    }

    @Override
    public String toString() {
        return places.isEmpty()
                ? path + ": no intruders"
                : "%s: intruders at %s, %.3g%% of the mitigated change left out"
                        .formatted(path, places, 100 * discardedShare);
    }
}
