package io.github.peft4j.tuner.lokr;

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
 * The config of LoKr.
 *
 * @param common the fields that all methods share
 * @param targets which modules are adapted or saved whole
 * @param scaling rank and strength
 * @param dropout what is left out by chance while training
 * @param rankDropoutScale whether the outputs that are left are divided by their share; default
 *     false
 * @param factors how a layer's change is split
 * @param initWeights how the factors start; default {@link InitLokrWeights#ZERO_FIRST}
 * @see <a href="https://arxiv.org/abs/2309.14859">Yeh et al. 2023</a>
 */
public record LoKrConfig(
        CommonFields common,
        TargetModules targets,
        LycorisScaling scaling,
        LycorisDropout dropout,
        boolean rankDropoutScale,
        LokrFactors factors,
        InitLokrWeights initWeights)
        implements TargetedConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("LOKR");

    /** Checks the options. */
    public LoKrConfig {
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
                .optRankDropoutScale(rankDropoutScale)
                .optDecomposeBoth(factors.decomposeBoth())
                .optDecomposeFactor(factors.decomposeFactor())
                .optUseEffectiveConv2d(factors.useEffectiveConv2d())
                .optInitWeights(initWeights);
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public LoKrConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public LoKrConfig withTargets(TargetModules value) {
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
        json.put("rank_dropout_scale", rankDropoutScale);
        factors.putInto(json);
        json.put("init_weights", initWeights.json());
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link LoKrConfig}; every option has PEFT's default. */
    public static final class Builder extends LycorisConfigBuilder<Builder> {

        private static final JsonType<InitLokrWeights> START =
                JsonType.FLAG.map(InitLokrWeights::of).or(JsonType.STRING.map(InitLokrWeights::of));

        private boolean rankDropoutScale;
        private boolean decomposeBoth;
        private int decomposeFactor = -1;
        private InitLokrWeights initWeights = InitLokrWeights.ZERO_FIRST;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        static LoKrConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.read("rank_dropout_scale", JsonType.FLAG, this::optRankDropoutScale);
            json.read("decompose_both", JsonType.FLAG, this::optDecomposeBoth);
            json.read("decompose_factor", JsonType.INTEGER, this::optDecomposeFactor);
            json.read("init_weights", START, this::optInitWeights);
            return super.overlay(json);
        }

        /** Whether outputs that are not dropped are divided by their share. Default false. */
        public Builder optRankDropoutScale(boolean value) {
            rankDropoutScale = value;
            return this;
        }

        /** Whether the first matrix, too, is split where that saves numbers. Default false. */
        public Builder optDecomposeBoth(boolean value) {
            decomposeBoth = value;
            return this;
        }

        /** The factor that goes to the first matrix; -1 for the closest to the root. Default -1. */
        public Builder optDecomposeFactor(int value) {
            decomposeFactor = value;
            return this;
        }

        /** How the factors start. Default: the first is zero. */
        public Builder optInitWeights(InitLokrWeights value) {
            initWeights = value;
            return this;
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public LoKrConfig build() {
            return new LoKrConfig(
                    common(),
                    targets(),
                    scaling(),
                    dropout(),
                    rankDropoutScale,
                    new LokrFactors(decomposeBoth, decomposeFactor, useEffectiveConv2d()),
                    initWeights);
        }
    }
}
