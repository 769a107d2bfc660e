package io.github.peft4j.combine;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * What a decomposition left out.
 *
 * @param layers each layer whose change was brought to a rank; empty where nothing was decomposed
 */
public record EnergyReport(List<LayerEnergy> layers) {

    /** Nothing was decomposed. */
    public static final EnergyReport NONE = new EnergyReport(ImmutableList.of());

    /** Copies the list. */
    public EnergyReport {
        layers = ImmutableList.copyOf(layers);
    }

    /** Energy of all layers together. */
    public double total() {
        return layers.stream().mapToDouble(LayerEnergy::total).sum();
    }

    /** Energy that was left out, of all layers together. */
    public double discarded() {
        return layers.stream().mapToDouble(LayerEnergy::discarded).sum();
    }

    /** What was left out as a share of all; 0 where there was nothing. */
    public double discardedShare() {
        return total() == 0 ? 0 : discarded() / total();
    }

    /** A line for all layers together, and one for each. */
    @Override
    public String toString() {
        String all =
                "%.3g%% of the energy left out in %d layers"
                        .formatted(100 * discardedShare(), layers.size());
        return Joiner.on('\n').join(ImmutableList.builder().add(all).addAll(layers).build());
    }
}
