package io.github.peft4j.combine;

/**
 * How much of a change of weight a rank keeps at one layer.
 *
 * @param path the layer
 * @param rank the rank that it got
 * @param total sum of the squared singular values of the change: the square of its Frobenius norm
 * @param discarded sum of those that were left out
 */
public record LayerEnergy(String path, int rank, double total, double discarded) {

    /** What was left out as a share of all; 0 where there was nothing. */
    public double discardedShare() {
        return total == 0 ? 0 : discarded / total;
    }

    @Override
    public String toString() {
        return "%s: rank %d, %.3g%% of the energy left out"
                .formatted(path, rank, 100 * discardedShare());
    }
}
