package io.github.peft4j.combine;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * Where an adapter had intruder dimensions.
 *
 * @param layers all layers at which it acts
 */
public record IntruderReport(List<LayerIntruders> layers) {

    /** Copies the list. */
    public IntruderReport {
        layers = ImmutableList.copyOf(layers);
    }

    /** How many there were in all layers. */
    public int count() {
        return layers.stream().mapToInt(layer -> layer.places().size()).sum();
    }

    /** A line for all layers together, and one for each. */
    @Override
    public String toString() {
        String all = "%d intruder dimensions in %d layers".formatted(count(), layers.size());
        return Joiner.on('\n').join(ImmutableList.builder().add(all).addAll(layers).build());
    }
}
