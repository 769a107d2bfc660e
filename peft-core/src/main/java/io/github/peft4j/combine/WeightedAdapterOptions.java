package io.github.peft4j.combine;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Which adapters are added with which weights, and how.
 *
 * @param adapters in this order; one may come twice
 * @param combinationType how; {@link CombinationType#SVD} if nothing is said, and always {@link
 *     CombinationType#LINEAR} for a single adapter, which is exact
 * @param svdRank rank of the result of the types that decompose; default the largest of the
 *     adapters
 * @param svdClamp share of the numbers of both factors that lie below the bound at which they are
 *     cut, in [0, 1]; default no bound
 * @param density share of each adapter's numbers that stays, over 0; 1 or more prunes nothing.
 *     Needed by the types that prune
 * @param majoritySign how signs are elected; default {@link MajoritySign#TOTAL}
 * @param seed of the numbers that DARE draws; default the engine's generator
 * @param exactScale whether the result acts as strongly as the sum also where the first adapter has
 *     {@code use_rslora}; default no, as in PEFT, which then acts √r times as strongly
 */
public record WeightedAdapterOptions(
        List<WeightedAdapter> adapters,
        CombinationType combinationType,
        OptionalInt svdRank,
        OptionalDouble svdClamp,
        OptionalDouble density,
        MajoritySign majoritySign,
        OptionalLong seed,
        boolean exactScale) {

    /**
     * An adapter and its weight.
     *
     * @param name the adapter
     * @param weight finite; negative takes the adapter's effect away
     */
    public record WeightedAdapter(String name, double weight) {

        /** Checks the weight. */
        public WeightedAdapter {
            Preconditions.checkArgument(
                    Double.isFinite(weight),
                    "The weight of adapter '%s' is %s; it must be a finite number.",
                    name,
                    weight);
        }
    }

    /** How the sign that prevails at a place is found. */
    public enum MajoritySign {
        /** The sign of the sum. */
        TOTAL,
        /** The sign of most numbers. */
        FREQUENCY;

        /**
         * The rule by PEFT's name, {@code total} or {@code frequency}.
         *
         * @throws IllegalArgumentException if it is another
         */
        public static MajoritySign of(String name) {
            for (MajoritySign rule : values()) {
                if (rule.name().equalsIgnoreCase(name)) {
                    return rule;
                }
            }
            throw new IllegalArgumentException(
                    "majority_sign_method is '"
                            + name
                            + "'; it must be 'total' or 'frequency'. Leave it out for 'total'.");
        }
    }

    /** Checks what the type needs. */
    public WeightedAdapterOptions {
        adapters = ImmutableList.copyOf(adapters);
        Preconditions.checkArgument(
                !adapters.isEmpty(), "No adapter is named to be added. Call addAdapter.");
        Preconditions.checkArgument(
                svdRank.isEmpty() || svdRank.getAsInt() > 0,
                "svd_rank is %s; it must be over 0. Leave it out for the largest rank of the"
                        + " adapters.",
                svdRank.orElse(0));
        Preconditions.checkArgument(
                svdClamp.isEmpty() || (svdClamp.getAsDouble() >= 0 && svdClamp.getAsDouble() <= 1),
                "svd_clamp is %s; it is a share of the numbers and must be in [0, 1].",
                svdClamp.orElse(0));
        Preconditions.checkArgument(
                density.isEmpty() || density.getAsDouble() > 0,
                "density is %s; it is the share of the numbers that stays and must be over 0. Use"
                        + " 0.5, for example.",
                density.orElse(0));
        boolean prunes = combinationType.pruning() != CombinationType.Pruning.NONE;
        Preconditions.checkArgument(
                !prunes || density.isPresent() || adapters.size() == 1,
                "combination_type is %s, which prunes, and density is not set. Set optDensity, for"
                        + " example to 0.5.",
                combinationType);
    }

    /** Starts with no adapters and PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds options. */
    public static final class Builder {

        private final List<WeightedAdapter> adapters = new ArrayList<>();
        private CombinationType combinationType = CombinationType.SVD;
        private OptionalInt svdRank = OptionalInt.empty();
        private OptionalDouble svdClamp = OptionalDouble.empty();
        private OptionalDouble density = OptionalDouble.empty();
        private MajoritySign majoritySign = MajoritySign.TOTAL;
        private OptionalLong seed = OptionalLong.empty();
        private boolean exactScale;

        private Builder() {}

        /** Adds an adapter with its weight. */
        public Builder addAdapter(String name, double weight) {
            adapters.add(new WeightedAdapter(name, weight));
            return this;
        }

        /** How they are added. Default {@link CombinationType#SVD}. */
        public Builder optCombinationType(CombinationType value) {
            combinationType = value;
            return this;
        }

        /** The same by PEFT's name, such as {@code dare_ties_svd}. */
        public Builder optCombinationType(String name) {
            return optCombinationType(CombinationType.of(name));
        }

        /** Rank of the result of the types that decompose. */
        public Builder optSvdRank(int value) {
            svdRank = OptionalInt.of(value);
            return this;
        }

        /** Cuts the factors' numbers at this quantile of them, in [0, 1]. */
        public Builder optSvdClamp(double value) {
            svdClamp = OptionalDouble.of(value);
            return this;
        }

        /** Share of each adapter's numbers that stays, over 0. */
        public Builder optDensity(double value) {
            density = OptionalDouble.of(value);
            return this;
        }

        /** How signs are elected. Default {@link MajoritySign#TOTAL}. */
        public Builder optMajoritySignMethod(MajoritySign value) {
            majoritySign = value;
            return this;
        }

        /** Draws DARE's numbers from a generator of this seed. */
        public Builder optSeed(long value) {
            seed = OptionalLong.of(value);
            return this;
        }

        /**
         * Lets the result act as strongly as the sum also with {@code use_rslora}, where PEFT's
         * acts √r times as strongly. Default false.
         */
        public Builder optExactScale(boolean value) {
            exactScale = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if there is no adapter, or a value breaks its rule
         */
        public WeightedAdapterOptions build() {
            return new WeightedAdapterOptions(
                    adapters,
                    combinationType,
                    svdRank,
                    svdClamp,
                    density,
                    majoritySign,
                    seed,
                    exactScale);
        }
    }
}
