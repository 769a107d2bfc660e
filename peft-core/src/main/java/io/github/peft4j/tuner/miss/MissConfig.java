package io.github.peft4j.tuner.miss;

import com.google.common.base.Preconditions;

import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.config.TargetedConfig;
import io.github.peft4j.config.TargetedConfigBuilder;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.TreeMap;

/**
 * The config of MiSS.
 *
 * @param common the fields that all methods share
 * @param targets which modules are adapted or saved whole
 * @param r rows of the block: how many columns of the weight are told apart; default 64
 * @param miniR width of the block with {@code init_weights = "mini"}; divides the outputs; default
 *     1
 * @param missDropout probability p in [0, 1) that an input feature is dropped in training; without
 *     effect with {@code "bat"}; default 0
 * @param bias which biases of the base are trained along; default none
 * @param initWeights how the block starts and what it does; default true
 * @see <a href="https://arxiv.org/abs/2409.15371">Kang and Yin 2024</a>
 */
public record MissConfig(
        CommonFields common,
        TargetModules targets,
        int r,
        int miniR,
        Number missDropout,
        BiasOption bias,
        InitMissWeights initWeights)
        implements TargetedConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("MISS");

    /**
     * Checks the fields.
     *
     * @throws IllegalArgumentException if one is wrong, or layers are chosen beside a regular
     *     expression
     */
    public MissConfig {
        targets.refuseLayersWithRegex();
        Preconditions.checkArgument(
                r > 0, "`r` is %s; it must be a positive number of rows of the block.", r);
        Preconditions.checkArgument(
                miniR > 0, "mini_r is %s; it must be a positive width of the block.", miniR);
        double p = missDropout.doubleValue();
        Preconditions.checkArgument(
                p >= 0 && p < 1, "miss_dropout is %s; it must be in [0, 1).", missDropout);
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
                .optR(r)
                .optMiniR(miniR)
                .optMissDropout(missDropout)
                .optBias(bias)
                .optInitWeights(initWeights);
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public MissConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public MissConfig withTargets(TargetModules value) {
        return toBuilder().optTargets(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        targets.putInto(json);
        json.put("r", r);
        json.put("mini_r", miniR);
        json.put("miss_dropout", missDropout);
        json.put("bias", bias.jsonName());
        json.put("init_weights", initWeights.toJson());
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link MissConfig}; every option has PEFT's default. */
    public static final class Builder extends TargetedConfigBuilder<Builder> {

        private int r = 64;
        private int miniR = 1;
        private Number missDropout = 0.0;
        private BiasOption bias = BiasOption.NONE;
        private InitMissWeights initWeights = InitMissWeights.TRUE;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        static MissConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.read("r", JsonType.INTEGER, this::optR);
            json.read("mini_r", JsonType.INTEGER, this::optMiniR);
            json.read("miss_dropout", JsonType.NUMBER, this::optMissDropout);
            json.read("bias", JsonType.STRING, name -> optBias(BiasOption.of(TYPE, name)));
            json.readRaw("init_weights", value -> optInitWeights(InitMissWeights.of(value)));
            return super.overlay(json);
        }

        /** Rows of the block. Default 64. */
        public Builder optR(int value) {
            r = value;
            return this;
        }

        /** Width of the block with {@link InitMissWeights#MINI}. Default 1. */
        public Builder optMiniR(int value) {
            miniR = value;
            return this;
        }

        /** Probability that an input feature is dropped in training. Default 0. */
        public Builder optMissDropout(Number value) {
            missDropout = value;
            return this;
        }

        /** Which biases of the base are trained along. Default none. */
        public Builder optBias(BiasOption value) {
            bias = value;
            return this;
        }

        /** How the block starts and what it does. Default {@link InitMissWeights#TRUE}. */
        public Builder optInitWeights(InitMissWeights value) {
            initWeights = value;
            return this;
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public MissConfig build() {
            return new MissConfig(common(), targets(), r, miniR, missDropout, bias, initWeights);
        }
    }
}
