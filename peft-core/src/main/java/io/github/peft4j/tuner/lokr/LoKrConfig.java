package io.github.peft4j.tuner.lokr;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.tuner.lycoris.LycorisConfig;
import io.github.peft4j.tuner.lycoris.LycorisConfigBuilder;

/**
 * The config of LoKr.
 *
 * @see <a href="https://arxiv.org/abs/2309.14859">Yeh et al. 2023</a>
 */
public final class LoKrConfig extends LycorisConfig {

    private static final Option<Boolean> RANK_DROPOUT_SCALE =
            Option.flag("rank_dropout_scale", false)
                    .means("whether outputs that are not dropped are divided by their share");
    private static final Option<Boolean> DECOMPOSE_BOTH =
            Option.flag("decompose_both", false)
                    .means(
                            "whether the first matrix, too, is a product of thin ones where "
                                    + "that saves numbers");
    private static final Option<Integer> DECOMPOSE_FACTOR =
            Option.integer("decompose_factor", -1)
                    .means(
                            "factor of inputs and outputs that goes to the first matrix, where "
                                    + "it divides them; -1 takes the one closest to their root");
    private static final Option<InitLokrWeights> INIT_WEIGHTS =
            Option.of("init_weights", InitLokrWeights.JSON, InitLokrWeights.ZERO_FIRST)
                    .means(
                            "how the factors start: true, the first is zero; `\"lycoris\"`, the "
                                    + "second is zero; false, all are random");

    static final ConfigType<LoKrConfig> TYPE =
            lycoris("LOKR", LoKrConfig.class, LoKrConfig::new)
                    .with(RANK_DROPOUT_SCALE, DECOMPOSE_BOTH, DECOMPOSE_FACTOR, INIT_WEIGHTS);

    private LoKrConfig(OptionValues values) {
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

    /** Whether outputs that are not dropped are divided by their share. */
    public boolean rankDropoutScale() {
        return get(RANK_DROPOUT_SCALE);
    }

    /** Whether the first matrix, too, is split where that saves numbers. */
    public boolean decomposeBoth() {
        return get(DECOMPOSE_BOTH);
    }

    /**
     * The factor of inputs and outputs that goes to the first matrix; -1 for the one closest to
     * their root.
     */
    public int decomposeFactor() {
        return get(DECOMPOSE_FACTOR);
    }

    /** How the factors start. */
    public InitLokrWeights initWeights() {
        return get(INIT_WEIGHTS);
    }

    /** Builds a {@link LoKrConfig}. */
    public static final class Builder extends LycorisConfigBuilder<LoKrConfig, Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Whether outputs that are not dropped are divided by their share. Default false. */
        public Builder optRankDropoutScale(boolean value) {
            return set(RANK_DROPOUT_SCALE, value);
        }

        /** Whether the first matrix, too, is split where that saves numbers. Default false. */
        public Builder optDecomposeBoth(boolean value) {
            return set(DECOMPOSE_BOTH, value);
        }

        /** The factor that goes to the first matrix; -1 for the closest to the root. Default -1. */
        public Builder optDecomposeFactor(int value) {
            return set(DECOMPOSE_FACTOR, value);
        }

        /** How the factors start. Default: the first is zero. */
        public Builder optInitWeights(InitLokrWeights value) {
            return set(INIT_WEIGHTS, value);
        }
    }
}
