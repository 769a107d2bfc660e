package io.github.peft4j.tuner.vera;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasBias;
import io.github.peft4j.config.group.HasFanInFanOut;
import io.github.peft4j.config.group.HasInitWeights;
import io.github.peft4j.config.group.HasRank;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.matching.TargetOptions;

/**
 * The config of VeRA.
 *
 * @see <a href="https://arxiv.org/abs/2310.11454">Kopiczko et al. 2023</a>
 */
public final class VeraConfig extends LayerConfig
        implements HasRank, HasInitWeights, HasBias, HasFanInFanOut {

    private static final Option<Long> PROJECTION_PRNG_KEY =
            Option.of("projection_prng_key", JsonType.LONG, 0L)
                    .means("seed of the shared matrices; the same for all adapters of a model");
    private static final Option<Boolean> SAVE_PROJECTION =
            Option.flag("save_projection", true)
                    .means(
                            "whether the file holds the shared matrices; false saves r·(in + "
                                    + "out) numbers and is warned of");
    private static final Option<Number> VERA_DROPOUT = Options.inputDropout("vera_dropout");
    private static final Option<Number> D_INITIAL =
            Options.finite("d_initial", 0.1).means("what the vectors d start with");

    static final ConfigType<VeraConfig> TYPE =
            LayerConfig.type("VERA", VeraConfig.class, VeraConfig::new)
                    .without(TargetOptions.EXCLUDE_MODULES)
                    .with(
                            Options.rank(256),
                            PROJECTION_PRNG_KEY,
                            SAVE_PROJECTION,
                            VERA_DROPOUT,
                            D_INITIAL,
                            Options.FAN_IN_FAN_OUT,
                            Options.bias("VERA"),
                            Options.INIT_WEIGHTS)
                    .rule(LayerConfig::refusePatternWithoutLayers);

    private VeraConfig(OptionValues values) {
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

    /** Seed of the shared matrices. */
    public long projectionPrngKey() {
        return get(PROJECTION_PRNG_KEY);
    }

    /** Whether the adapter's file holds the shared matrices. */
    public boolean saveProjection() {
        return get(SAVE_PROJECTION);
    }

    /** Probability that an input feature is dropped in training. */
    public double veraDropout() {
        return get(VERA_DROPOUT).doubleValue();
    }

    /** What the vectors d start with. */
    public double dInitial() {
        return get(D_INITIAL).doubleValue();
    }

    /** Builds a {@link VeraConfig}. */
    public static final class Builder extends LayerConfigBuilder<VeraConfig, Builder>
            implements HasRank.Setters<Builder>,
                    HasInitWeights.Setters<Builder>,
                    HasBias.Setters<Builder>,
                    HasFanInFanOut.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Seed of the shared matrices; the same for all adapters of a model. Default 0. */
        public Builder optProjectionPrngKey(long value) {
            return set(PROJECTION_PRNG_KEY, value);
        }

        /**
         * Whether the adapter's file holds the shared matrices; if not, a reader draws them from
         * the seed. The same for all adapters of a model. Default true.
         */
        public Builder optSaveProjection(boolean value) {
            return set(SAVE_PROJECTION, value);
        }

        /** Probability that an input feature is dropped in training, in [0, 1). Default 0. */
        public Builder optVeraDropout(double value) {
            return set(VERA_DROPOUT, value);
        }

        /** What the vectors d start with. Default 0.1. */
        public Builder optDInitial(double value) {
            return set(D_INITIAL, value);
        }
    }
}
