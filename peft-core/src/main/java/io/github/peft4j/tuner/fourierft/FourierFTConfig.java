package io.github.peft4j.tuner.fourierft;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasBias;
import io.github.peft4j.config.group.HasFanInFanOut;
import io.github.peft4j.config.group.HasInitWeights;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonType;
import java.util.Map;

/**
 * The config of FourierFT.
 *
 * @see <a href="https://arxiv.org/abs/2405.03003">Gao et al. 2024</a>
 */
public final class FourierFTConfig extends LayerConfig
        implements HasInitWeights, HasBias, HasFanInFanOut {

    private static final Option<Integer> N_FREQUENCY =
            Options.positive("n_frequency", 1000)
                    .means("how many frequencies of a layer are trained, at most in · out");
    private static final Option<Map<String, Integer>> N_FREQUENCY_PATTERN =
            Options.ranks("n_frequency_pattern")
                    .means(
                            "other numbers for single layers, by regular expression for the end "
                                    + "of a name after a dot, or by the whole name");
    private static final Option<Long> RANDOM_LOC_SEED =
            Option.of("random_loc_seed", JsonType.LONG, 777L)
                    .means("seed of the permutation that places the frequencies");
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

    /** How many frequencies of a layer are trained. */
    public int nFrequency() {
        return get(N_FREQUENCY);
    }

    /**
     * Other numbers of frequencies, by regular expression for the end of a layer's name after a
     * dot, or by its whole name.
     */
    public Map<String, Integer> nFrequencyPattern() {
        return get(N_FREQUENCY_PATTERN);
    }

    /** Seed of the permutation that places the frequencies. */
    public long randomLocSeed() {
        return get(RANDOM_LOC_SEED);
    }

    /** Factor on the change of weight. */
    public double scaling() {
        return get(SCALING).doubleValue();
    }

    /** Builds a {@link FourierFTConfig}. */
    public static final class Builder extends LayerConfigBuilder<FourierFTConfig, Builder>
            implements HasInitWeights.Setters<Builder>,
                    HasBias.Setters<Builder>,
                    HasFanInFanOut.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }

        /** How many frequencies of a layer are trained; at most in · out. Default 1000. */
        public Builder optNFrequency(int value) {
            return set(N_FREQUENCY, value);
        }

        /** Other numbers of frequencies, by regular expression for a name's end. Default: none. */
        public Builder optNFrequencyPattern(Map<String, Integer> value) {
            return set(N_FREQUENCY_PATTERN, value);
        }

        /** Seed of the permutation that places them. Default 777. */
        public Builder optRandomLocSeed(long value) {
            return set(RANDOM_LOC_SEED, value);
        }

        /** Factor on the change of weight. Default 150. */
        public Builder optScaling(double value) {
            return set(SCALING, value);
        }
    }
}
