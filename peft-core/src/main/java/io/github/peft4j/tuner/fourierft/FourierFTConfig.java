package io.github.peft4j.tuner.fourierft;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.BaseOptions;
import io.github.peft4j.config.BaseOptionsBuilder;
import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.OptionChecks;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.config.TargetedConfig;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of FourierFT.
 *
 * @param common the fields that all methods share
 * @param targets which modules are adapted or saved whole
 * @param base the base's biases and the order of its weights
 * @param spectrum which frequencies are trained
 * @param scaling factor on the change of weight; default 150
 * @param initWeights whether the spectrum starts at zero, without effect; if not, it is drawn from
 *     N(0, 1); default false
 * @see <a href="https://arxiv.org/abs/2405.03003">Gao et al. 2024</a>
 */
public record FourierFTConfig(
        CommonFields common,
        TargetModules targets,
        BaseOptions base,
        SpectrumOptions spectrum,
        Number scaling,
        boolean initWeights)
        implements TargetedConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("FOURIERFT");

    /** Checks the options. */
    public FourierFTConfig {
        targets.refuseLayersWithRegex();
        targets.refusePatternWithoutLayers();
        scaling = OptionChecks.finite("scaling", scaling);
    }

    /** A builder with PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this config. */
    public Builder toBuilder() {
        return new Builder()
                .optCommon(common)
                .optTargets(targets)
                .optBase(base)
                .optNFrequency(spectrum.nFrequency())
                .optRandomLocSeed(spectrum.randomLocSeed())
                .optNFrequencyPattern(spectrum.nFrequencyPattern())
                .scaling(scaling)
                .optInitWeights(initWeights);
    }

    /** Whether the base weight is stored as [in, out]. */
    public boolean fanInFanOut() {
        return base.fanInFanOut();
    }

    /** Which biases of the base are trained along. */
    public BiasOption bias() {
        return base.bias();
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public FourierFTConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public FourierFTConfig withTargets(TargetModules value) {
        return toBuilder().optTargets(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        targets.putInto(json);
        base.putInto(json);
        spectrum.putInto(json);
        json.put("scaling", scaling);
        json.put("init_weights", initWeights);
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link FourierFTConfig}; every option has PEFT's default. */
    public static final class Builder extends BaseOptionsBuilder<Builder> {

        private static final JsonType<Map<String, Integer>> COUNTS =
                JsonType.INTEGER.values("an object of integers");

        private int nFrequency = SpectrumOptions.DEFAULT.nFrequency();
        private long randomLocSeed = SpectrumOptions.DEFAULT.randomLocSeed();
        private Map<String, Integer> nFrequencyPattern = ImmutableMap.of();
        private Number scaling = 150.0;
        private boolean initWeights;

        private Builder() {
            super(TYPE, TargetModules.KEYS);
        }

        @Override
        protected Builder self() {
            return this;
        }

        static FourierFTConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.read("n_frequency", JsonType.INTEGER, this::optNFrequency);
            json.read("random_loc_seed", JsonType.LONG, this::optRandomLocSeed);
            json.readNullable(
                    "n_frequency_pattern",
                    COUNTS,
                    counts -> optNFrequencyPattern(counts == null ? ImmutableMap.of() : counts));
            json.read("scaling", JsonType.NUMBER, this::scaling);
            json.read("init_weights", JsonType.FLAG, this::optInitWeights);
            return super.overlay(json);
        }

        /** How many frequencies of a layer are trained; at most in · out. Default 1000. */
        public Builder optNFrequency(int value) {
            nFrequency = value;
            return this;
        }

        /** Seed of the permutation that places them. Default 777. */
        public Builder optRandomLocSeed(long value) {
            randomLocSeed = value;
            return this;
        }

        /** Other numbers of frequencies, by regular expression for a name's end. Default: none. */
        public Builder optNFrequencyPattern(Map<String, Integer> value) {
            nFrequencyPattern = value;
            return this;
        }

        /** Factor on the change of weight. Default 150. */
        public Builder optScaling(double value) {
            return scaling(value);
        }

        private Builder scaling(Number value) {
            scaling = value;
            return this;
        }

        /** Whether the adapter starts without effect; if not, it is random. Default false. */
        public Builder optInitWeights(boolean value) {
            initWeights = value;
            return this;
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public FourierFTConfig build() {
            return new FourierFTConfig(
                    common(),
                    targets(),
                    base(),
                    new SpectrumOptions(nFrequency, randomLocSeed, nFrequencyPattern),
                    scaling,
                    initWeights);
        }
    }
}
