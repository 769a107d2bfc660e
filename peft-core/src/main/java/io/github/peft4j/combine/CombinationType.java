package io.github.peft4j.combine;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.Locale;

/**
 * How adapters of LoRA are added, by the names that PEFT gives. With the weight w and the scale s
 * of each adapter, \(c = w s\):
 *
 * <ul>
 *   <li>on the factors A and B apart, which is cheap and rough: the product of two sums holds
 *       products of one adapter's A with another's B. Each A has the weight \(\sqrt{|c|}\) with the
 *       sign of c, each B \(\sqrt{|c|}\)
 *   <li>{@link #CAT}, factors above and beside each other: exactly \(\sum_k c_k B_k A_k\), at the
 *       sum of the ranks
 *   <li>{@code _svd}, on the products \(s_k B_k A_k\) with the weights w: the result is cut to one
 *       rank by its singular value decomposition
 * </ul>
 */
public enum CombinationType {
    /** \(\sum_k w_k s_k B_k A_k\), cut to a rank; PEFT's default. */
    SVD(Acts.ON_PRODUCTS, Pruning.NONE, false),
    /** Sums of the A's and of the B's. */
    LINEAR(Acts.ON_FACTORS, Pruning.NONE, false),
    /** All A's above each other and all B's side by side: exact. */
    CAT(Acts.SIDE_BY_SIDE, Pruning.NONE, false),
    /** {@link #TIES_SVD} on the A's and the B's. */
    TIES(Acts.ON_FACTORS, Pruning.LARGEST, true),
    /**
     * Keeps the largest numbers of each adapter, and at each place takes the mean of those adapters
     * alone that agree with the sign that prevails there (arXiv 2306.01708).
     */
    TIES_SVD(Acts.ON_PRODUCTS, Pruning.LARGEST, true),
    /** {@link #DARE_TIES_SVD} on the A's and the B's. */
    DARE_TIES(Acts.ON_FACTORS, Pruning.RANDOM, true),
    /** {@link #DARE_LINEAR_SVD} on the A's and the B's. */
    DARE_LINEAR(Acts.ON_FACTORS, Pruning.RANDOM, false),
    /** {@link #TIES_SVD} with the numbers that stay drawn by chance and scaled up. */
    DARE_TIES_SVD(Acts.ON_PRODUCTS, Pruning.RANDOM, true),
    /** The sum of adapters of which numbers drawn by chance stay, scaled up (arXiv 2311.03099). */
    DARE_LINEAR_SVD(Acts.ON_PRODUCTS, Pruning.RANDOM, false),
    /** {@link #MAGNITUDE_PRUNE_SVD} on the A's and the B's. */
    MAGNITUDE_PRUNE(Acts.ON_FACTORS, Pruning.LARGEST, false),
    /** The sum of adapters of which the largest numbers stay. */
    MAGNITUDE_PRUNE_SVD(Acts.ON_PRODUCTS, Pruning.LARGEST, false);

    /** What is added. */
    public enum Acts {
        /** The A's and the B's apart; their ranks must be equal. */
        ON_FACTORS,
        /** The products of A and B. */
        ON_PRODUCTS,
        /** Nothing: the factors lie next to each other. */
        SIDE_BY_SIDE
    }

    /** Which numbers of each adapter stay. */
    public enum Pruning {
        /** All. */
        NONE,
        /** Those of the largest amount. */
        LARGEST,
        /** Those that a draw names. */
        RANDOM
    }

    private final Acts acts;
    private final Pruning pruning;
    private final boolean electsSigns;

    CombinationType(Acts acts, Pruning pruning, boolean electsSigns) {
        this.acts = acts;
        this.pruning = pruning;
        this.electsSigns = electsSigns;
    }

    /**
     * The type by PEFT's name, such as {@code dare_ties_svd}.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static CombinationType of(String name) {
        for (CombinationType type : values()) {
            if (type.toString().equals(name)) {
                return type;
            }
        }
        throw new IllegalArgumentException(
                "combination_type is '"
                        + name
                        + "'; it must be one of "
                        + ImmutableList.copyOf(Arrays.asList(values()))
                        + ". Use 'cat' for the exact sum, 'svd' for one of a chosen rank.");
    }

    /** What is added. */
    public Acts acts() {
        return acts;
    }

    /** Which numbers stay, a share of {@code density}. */
    public Pruning pruning() {
        return pruning;
    }

    /** Whether adapters count at those places alone where they have the sign that prevails. */
    public boolean electsSigns() {
        return electsSigns;
    }

    /** PEFT's name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
