package io.github.peft4j.combine;

import com.google.common.base.Preconditions;

/**
 * How large the LoRA may be that an adapter is brought into: one rank for all layers, or for each
 * layer the smallest rank that keeps a share of what the adapter changes there.
 *
 * @param rank the rank; 0 if the share decides
 * @param energy share of the sum of squared singular values that stays, in (0, 1]; 1 if the rank
 *     decides
 */
public record LoraConversionOptions(int rank, double energy) {

    /** Checks the values. */
    public LoraConversionOptions {
        Preconditions.checkArgument(rank >= 0, "rank is %s; it must be over 0, such as 8.", rank);
        Preconditions.checkArgument(
                energy > 0 && energy <= 1,
                "energy is %s; it is the share of the change that stays and must be in (0, 1]."
                        + " Choose 0.99, for example.",
                energy);
    }

    /**
     * The same rank everywhere.
     *
     * @throws IllegalArgumentException unless it is over 0
     */
    public static LoraConversionOptions ofRank(int rank) {
        Preconditions.checkArgument(
                rank > 0,
                "rank is %s; it must be over 0, such as 8. For a share of the energy call ofEnergy.",
                rank);
        return new LoraConversionOptions(rank, 1);
    }

    /**
     * A rank for each layer, the smallest one that keeps this share.
     *
     * @throws IllegalArgumentException unless it is in (0, 1]
     */
    public static LoraConversionOptions ofEnergy(double share) {
        return new LoraConversionOptions(0, share);
    }

    /** Whether there is one rank for all layers. */
    public boolean hasRank() {
        return rank > 0;
    }
}
