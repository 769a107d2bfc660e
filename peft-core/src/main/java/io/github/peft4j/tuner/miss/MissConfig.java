package io.github.peft4j.tuner.miss;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasBias;
import io.github.peft4j.config.group.HasRank;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;

/**
 * The config of MiSS.
 *
 * @see <a href="https://arxiv.org/abs/2409.15371">Kang and Yin 2024</a>
 */
public final class MissConfig extends LayerConfig implements HasRank, HasBias {

    private static final Option<Integer> R =
            Options.rank(64).means("rows of the block: columns that are told apart");
    private static final Option<Integer> MINI_R =
            Options.positive("mini_r", 1)
                    .means("width of the block with `\"mini\"`; divides the outputs");
    private static final Option<Number> MISS_DROPOUT =
            Option.dropout("miss_dropout", 0.0)
                    .means("probability that an input is dropped in training; not with `\"bat\"`");
    private static final Option<InitMissWeights> INIT_WEIGHTS =
            Option.of("init_weights", InitMissWeights.JSON, InitMissWeights.TRUE)
                    .means("how the block starts and what it does");

    static final ConfigType<MissConfig> TYPE =
            LayerConfig.type("MISS", MissConfig.class, MissConfig::new)
                    .with(R, MINI_R, MISS_DROPOUT, Options.bias("MISS"), INIT_WEIGHTS)
                    .rule(LayerConfig::refuseLayersWithRegex);

    private MissConfig(OptionValues values) {
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

    /** Width of the block with {@link InitMissWeights#MINI}. */
    public int miniR() {
        return get(MINI_R);
    }

    /** Probability that an input feature is dropped in training. */
    public double missDropout() {
        return get(MISS_DROPOUT).doubleValue();
    }

    /** How the block starts and what it does. */
    public InitMissWeights initWeights() {
        return get(INIT_WEIGHTS);
    }

    /** Builds a {@link MissConfig}. */
    public static final class Builder extends LayerConfigBuilder<MissConfig, Builder>
            implements HasRank.Setters<Builder>, HasBias.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Width of the block with {@link InitMissWeights#MINI}. Default 1. */
        public Builder optMiniR(int value) {
            return set(MINI_R, value);
        }

        /** Probability in [0, 1) that an input feature is dropped in training. Default 0. */
        public Builder optMissDropout(double value) {
            return set(MISS_DROPOUT, value);
        }

        /** How the block starts and what it does. Default {@link InitMissWeights#TRUE}. */
        public Builder optInitWeights(InitMissWeights value) {
            return set(INIT_WEIGHTS, value);
        }
    }
}
