package io.github.peft4j.tuner.loha;

import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.config.TargetedConfig;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.tuner.lycoris.LycorisConfigBuilder;
import io.github.peft4j.tuner.lycoris.LycorisDropout;
import io.github.peft4j.tuner.lycoris.LycorisScaling;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of LoHa.
 *
 * @param common the fields that all methods share
 * @param targets which modules are adapted or saved whole
 * @param scaling rank and strength
 * @param dropout what is left out by chance while training
 * @param useEffectiveConv2d whether a convolution's kernel has factors of its own; default false
 * @param initWeights whether the adapter starts without effect; if not, all of it is random;
 *     default true
 * @see <a href="https://arxiv.org/abs/2108.06098">Hyeon-Woo et al. 2021</a>
 */
public record LoHaConfig(
        CommonFields common,
        TargetModules targets,
        LycorisScaling scaling,
        LycorisDropout dropout,
        boolean useEffectiveConv2d,
        boolean initWeights)
        implements TargetedConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("LOHA");

    /** Checks the options. */
    public LoHaConfig {
        targets.refusePatternWithoutLayers();
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
                .optScaling(scaling)
                .optDropout(dropout)
                .optUseEffectiveConv2d(useEffectiveConv2d)
                .optInitWeights(initWeights);
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public LoHaConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public LoHaConfig withTargets(TargetModules value) {
        return toBuilder().optTargets(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        targets.putInto(json);
        scaling.putInto(json);
        dropout.putInto(json);
        json.put("use_effective_conv2d", useEffectiveConv2d);
        json.put("init_weights", initWeights);
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link LoHaConfig}; every option has PEFT's default. */
    public static final class Builder extends LycorisConfigBuilder<Builder> {

        private boolean initWeights = true;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        static LoHaConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.read("init_weights", JsonType.FLAG, this::optInitWeights);
            return super.overlay(json);
        }

        /** Whether the adapter starts without effect; if not, it is random. Default true. */
        public Builder optInitWeights(boolean value) {
            initWeights = value;
            return this;
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public LoHaConfig build() {
            return new LoHaConfig(
                    common(), targets(), scaling(), dropout(), useEffectiveConv2d(), initWeights);
        }
    }
}
