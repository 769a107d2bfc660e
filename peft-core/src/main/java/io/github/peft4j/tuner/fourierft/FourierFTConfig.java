package io.github.peft4j.tuner.fourierft;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasBias;
import io.github.peft4j.config.group.HasFanInFanOut;
import io.github.peft4j.config.group.HasFrequencies;
import io.github.peft4j.config.group.HasInitWeights;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;

/**
 * The config of FourierFT.
 *
 * @see <a href="https://arxiv.org/abs/2405.03003">Gao et al. 2024</a>
 */
public final class FourierFTConfig extends LayerConfig
        implements HasFrequencies, HasInitWeights, HasBias, HasFanInFanOut {

    private static final Option<Number> SCALING =
            Options.finite("scaling", 150.0).means("factor on the change of weight");
    private static final Option<Boolean> INIT_WEIGHTS =
            Options.INIT_WEIGHTS
                    .withDefault(false)
                    .means(
                            "whether the spectrum starts at zero, without effect; if not, it is "
                                    + "drawn from N(0, 1)");

    static final ConfigType<FourierFTConfig> TYPE =
            LayerConfig.type("FOURIERFT", FourierFTConfig.class, FourierFTConfig::new)
                    .with(N_FREQUENCY, N_FREQUENCY_PATTERN, RANDOM_LOC_SEED, SCALING)
                    .with(INIT_WEIGHTS, Options.FAN_IN_FAN_OUT, Options.bias("FOURIERFT"))
                    .rule(LayerConfig::refuseLayersWithRegex)
                    .rule(LayerConfig::refusePatternWithoutLayers);

    private FourierFTConfig(OptionValues values) {
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

    /** Factor on the change of weight. */
    public double scaling() {
        return get(SCALING).doubleValue();
    }

    /** Builds a {@link FourierFTConfig}. */
    public static final class Builder extends LayerConfigBuilder<FourierFTConfig, Builder>
            implements HasFrequencies.Setters<Builder>,
                    HasInitWeights.Setters<Builder>,
                    HasBias.Setters<Builder>,
                    HasFanInFanOut.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Factor on the change of weight. Default 150. */
        public Builder optScaling(double value) {
            return set(SCALING, value);
        }
    }
}
