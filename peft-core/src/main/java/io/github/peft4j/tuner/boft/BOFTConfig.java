package io.github.peft4j.tuner.boft;

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
 * The config of BOFT.
 *
 * @see <a href="https://arxiv.org/abs/2311.06243">Liu et al. 2023</a>
 */
public final class BOFTConfig extends LayerConfig
        implements HasInitWeights, HasBias, HasFanInFanOut {

    private static final Option<Integer> BOFT_BLOCK_SIZE =
            Option.integer("boft_block_size", 4)
                    .means(
                            "features of a block, a divisor of the input; 0 where the number of "
                                    + "blocks is set");
    private static final Option<Integer> BOFT_BLOCK_NUM =
            Option.integer("boft_block_num", 0)
                    .means(
                            "number of blocks, a divisor of the input; 0 where their size is "
                                    + "set");
    private static final Option<Integer> BOFT_N_BUTTERFLY_FACTOR =
            Option.integer("boft_n_butterfly_factor", 1)
                    .means(
                            "number of factors of a butterfly; kept for files, every value acts "
                                    + "as 1");
    private static final Option<Number> BOFT_DROPOUT =
            Option.number("boft_dropout", 0.0)
                    .must(
                            share -> share.doubleValue() >= 0 && share.doubleValue() <= 1,
                            "a share from 0 to 1. Pass 0.1, for example")
                    .means("share of the blocks that a training pass replaces by the identity");

    static final ConfigType<BOFTConfig> TYPE =
            LayerConfig.type("BOFT", BOFTConfig.class, BOFTConfig::new)
                    .with(BOFT_BLOCK_SIZE, BOFT_BLOCK_NUM, BOFT_N_BUTTERFLY_FACTOR, BOFT_DROPOUT)
                    .with(Options.FAN_IN_FAN_OUT, Options.bias("BOFT"), Options.INIT_WEIGHTS)
                    .rule(LayerConfig::refusePatternWithoutLayers)
                    .rule(BOFTConfig::blocks);

    private BOFTConfig(OptionValues values) {
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

    /** Features of a block; 0 where the number of blocks is set. */
    public int boftBlockSize() {
        return get(BOFT_BLOCK_SIZE);
    }

    /** Number of blocks; 0 where their size is set. */
    public int boftBlockNum() {
        return get(BOFT_BLOCK_NUM);
    }

    /** Number of butterfly factors; kept for files, every value acts as 1. */
    public int boftNButterflyFactor() {
        return get(BOFT_N_BUTTERFLY_FACTOR);
    }

    /** Share of the blocks that a training pass replaces by the identity. */
    public double boftDropout() {
        return get(BOFT_DROPOUT).doubleValue();
    }

    /** How an input is cut. */
    BOFTBlocks blocks() {
        return new BOFTBlocks(boftBlockSize(), boftBlockNum());
    }

    /** Builds a {@link BOFTConfig}. */
    public static final class Builder extends LayerConfigBuilder<BOFTConfig, Builder>
            implements HasInitWeights.Setters<Builder>,
                    HasBias.Setters<Builder>,
                    HasFanInFanOut.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Features of a block; 0 where the number of blocks is given instead. Default 4. */
        public Builder optBoftBlockSize(int value) {
            return set(BOFT_BLOCK_SIZE, value);
        }

        /** Number of blocks; 0 where their size is given instead. Default 0. */
        public Builder optBoftBlockNum(int value) {
            return set(BOFT_BLOCK_NUM, value);
        }

        /** Number of butterfly factors; kept for files, every value acts as 1. Default 1. */
        public Builder optBoftNButterflyFactor(int value) {
            return set(BOFT_N_BUTTERFLY_FACTOR, value);
        }

        /** Share of the blocks that a training pass replaces by the identity. Default 0. */
        public Builder optBoftDropout(double value) {
            return set(BOFT_DROPOUT, value);
        }
    }
}
