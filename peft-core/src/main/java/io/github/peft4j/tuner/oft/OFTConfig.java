package io.github.peft4j.tuner.oft;

import com.google.common.base.Preconditions;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasBias;
import io.github.peft4j.config.group.HasFanInFanOut;
import io.github.peft4j.config.group.HasInitWeights;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;

/**
 * The config of OFT.
 *
 * @see <a href="https://arxiv.org/abs/2306.07280">Qiu et al. 2023</a>
 */
public final class OFTConfig extends LayerConfig
        implements HasInitWeights, HasBias, HasFanInFanOut {

    private static final Option<Integer> R =
            Option.integer("r", 0).means("number of blocks; 0 where their size is set");
    private static final Option<Integer> OFT_BLOCK_SIZE =
            Option.integer("oft_block_size", 32)
                    .means("features of a block; 0 where their number is set");
    private static final Option<Boolean> COFT =
            Option.flag("coft", false).means("whether blocks are kept short (constrained OFT)");
    private static final Option<Number> EPS =
            Option.number("eps", 6e-5)
                    .means(
                            "with `coft`: how long all blocks of a layer may be together, as a "
                                    + "Frobenius norm");
    private static final Option<Boolean> BLOCK_SHARE =
            Option.flag("block_share", false).means("whether all blocks of a layer turn alike");
    private static final Option<Boolean> USE_CAYLEY_NEUMANN =
            Option.flag("use_cayley_neumann", true)
                    .means(
                            "whether the rotation is a series that is cut off, faster and not "
                                    + "quite orthogonal; if not, it is exact and turns the other way");

    /** Each is a product of matrices in every pass; the tenth hardly counts any more. */
    private static final int MOST_TERMS = 1000;

    private static final Option<Integer> NUM_CAYLEY_NEUMANN_TERMS =
            Option.integer("num_cayley_neumann_terms", 5)
                    .must(terms -> terms <= MOST_TERMS, "at most " + MOST_TERMS)
                    .means("summands of the series; 3 and 4 give the same");
    private static final Option<Number> MODULE_DROPOUT =
            Option.number("module_dropout", 0.0)
                    .means("kept for files; PEFT reads it and never applies it");

    static final ConfigType<OFTConfig> TYPE =
            LayerConfig.type("OFT", OFTConfig.class, OFTConfig::new)
                    .with(
                            R,
                            OFT_BLOCK_SIZE,
                            COFT,
                            EPS,
                            BLOCK_SHARE,
                            USE_CAYLEY_NEUMANN,
                            NUM_CAYLEY_NEUMANN_TERMS,
                            MODULE_DROPOUT,
                            Options.FAN_IN_FAN_OUT,
                            Options.bias("OFT"),
                            Options.INIT_WEIGHTS)
                    .rule(LayerConfig::refusePatternWithoutLayers)
                    .rule(OFTConfig::blocks)
                    .rule(OFTConfig::requireRoom);

    private OFTConfig(OptionValues values) {
        super(TYPE, values);
    }

    /** A builder with PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Builder toBuilder() {
        return builder().from(this);
    }

    /** Number of blocks; 0 where their size is set. */
    public int r() {
        return get(R);
    }

    /** Features of a block; 0 where their number is set. */
    public int oftBlockSize() {
        return get(OFT_BLOCK_SIZE);
    }

    /** Whether the skew-symmetric matrix of a block is kept short (constrained OFT). */
    public boolean coft() {
        return get(COFT);
    }

    /** With coft, how long all blocks of a layer may be together, as a Frobenius norm. */
    public double eps() {
        return get(EPS).doubleValue();
    }

    /** Whether all blocks of a layer turn alike. */
    public boolean blockShare() {
        return get(BLOCK_SHARE);
    }

    /**
     * Whether the rotation is a series that is cut off, faster and not quite orthogonal; if not, it
     * is exact and turns the other way, as in PEFT.
     */
    public boolean useCayleyNeumann() {
        return get(USE_CAYLEY_NEUMANN);
    }

    /** Summands of the series; 3 and 4 give the same. */
    public int numCayleyNeumannTerms() {
        return get(NUM_CAYLEY_NEUMANN_TERMS);
    }

    /** Kept for files; PEFT reads it and never applies it. */
    public double moduleDropout() {
        return get(MODULE_DROPOUT).doubleValue();
    }

    /** How an input is cut. */
    OFTBlocks blocks() {
        return new OFTBlocks(r(), oftBlockSize());
    }

    private void requireRoom() {
        Preconditions.checkArgument(
                !coft() || eps() > 0,
                "eps is %s; with coft it must be positive. Leave it at 6e-5, or switch coft off.",
                get(EPS));
    }

    /** Builds an {@link OFTConfig}. */
    public static final class Builder extends LayerConfigBuilder<OFTConfig, Builder>
            implements HasInitWeights.Setters<Builder>,
                    HasBias.Setters<Builder>,
                    HasFanInFanOut.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Number of blocks; 0 where their size is given instead. Default 0. */
        public Builder optR(int value) {
            return set(R, value);
        }

        /** Features of a block; 0 where the number of blocks is given instead. Default 32. */
        public Builder optOftBlockSize(int value) {
            return set(OFT_BLOCK_SIZE, value);
        }

        /** Whether blocks are kept short (constrained OFT). Default false. */
        public Builder optCoft(boolean value) {
            return set(COFT, value);
        }

        /** With coft, how long the blocks of a layer may be together. Default 6e-5. */
        public Builder optEps(double value) {
            return set(EPS, value);
        }

        /** Whether all blocks of a layer turn alike. Default false. */
        public Builder optBlockShare(boolean value) {
            return set(BLOCK_SHARE, value);
        }

        /** Whether the rotation is a series that is cut off; if not, it is exact. Default true. */
        public Builder optUseCayleyNeumann(boolean value) {
            return set(USE_CAYLEY_NEUMANN, value);
        }

        /** Summands of the series. Default 5. */
        public Builder optNumCayleyNeumannTerms(int value) {
            return set(NUM_CAYLEY_NEUMANN_TERMS, value);
        }

        /** Kept for files; it has no effect, as in PEFT. Default 0. */
        public Builder optModuleDropout(double value) {
            return set(MODULE_DROPOUT, value);
        }
    }
}
