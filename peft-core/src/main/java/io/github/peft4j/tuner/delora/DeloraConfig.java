package io.github.peft4j.tuner.delora;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.OptionChecks;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.config.TargetedConfig;
import io.github.peft4j.config.TargetedConfigBuilder;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of DeLoRA.
 *
 * @param common the fields that all methods share
 * @param targets which modules are adapted or saved whole
 * @param scaling rank and strength
 * @param moduleDropout probability p in [0, 1) that a feature of the adapter's input is dropped in
 *     training; default 0
 * @param bias which biases of the base are trained along; default none
 * @param initWeights whether the adapter starts without effect; if not, B is drawn as A is; default
 *     true
 * @see <a href="https://arxiv.org/abs/2503.18225">Bini et al. 2025</a>
 */
public record DeloraConfig(
        CommonFields common,
        TargetModules targets,
        DeloraScaling scaling,
        Number moduleDropout,
        BiasOption bias,
        boolean initWeights)
        implements TargetedConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("DELORA");

    /**
     * Checks the fields.
     *
     * @throws IllegalArgumentException if one is wrong, layers are chosen beside a regular
     *     expression, or {@code layers_pattern} stands alone
     */
    public DeloraConfig {
        targets.refuseLayersWithRegex();
        targets.refusePatternWithoutLayers();
        moduleDropout = OptionChecks.dropout("module_dropout", moduleDropout);
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
                .moduleDropout(moduleDropout)
                .optBias(bias)
                .optInitWeights(initWeights);
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public DeloraConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public DeloraConfig withTargets(TargetModules value) {
        return toBuilder().optTargets(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        targets.putInto(json);
        scaling.putInto(json);
        json.put("module_dropout", moduleDropout);
        json.put("bias", bias.jsonName());
        json.put("init_weights", initWeights);
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link DeloraConfig}; every option has PEFT's default. */
    public static final class Builder extends TargetedConfigBuilder<Builder> {

        private static final JsonType<Map<String, Integer>> RANKS =
                JsonType.INTEGER.values("an object of integers");
        private static final JsonType<Map<String, Number>> LAMBDAS =
                JsonType.NUMBER.values("an object of numbers");

        private int r = DeloraScaling.DEFAULT.r();
        private Number deloraLambda = DeloraScaling.DEFAULT.deloraLambda();
        private Map<String, Integer> rankPattern = DeloraScaling.DEFAULT.rankPattern();
        private Map<String, Number> lambdaPattern = DeloraScaling.DEFAULT.lambdaPattern();
        private Number moduleDropout = 0.0;
        private BiasOption bias = BiasOption.NONE;
        private boolean initWeights = true;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        static DeloraConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.read("r", JsonType.INTEGER, this::optR);
            json.read("delora_lambda", JsonType.NUMBER, this::deloraLambda);
            json.read("rank_pattern", RANKS, this::optRankPattern);
            json.read("lambda_pattern", LAMBDAS, this::optLambdaPattern);
            json.read("module_dropout", JsonType.NUMBER, this::moduleDropout);
            json.read("bias", JsonType.STRING, name -> optBias(BiasOption.of(TYPE, name)));
            json.read("init_weights", JsonType.FLAG, this::optInitWeights);
            return super.overlay(json);
        }

        /** Rank and strength at once. */
        public Builder optScaling(DeloraScaling value) {
            r = value.r();
            deloraLambda = value.deloraLambda();
            rankPattern = value.rankPattern();
            lambdaPattern = value.lambdaPattern();
            return this;
        }

        /** Rank r, the number of rows of A; at least 1. Default 8. */
        public Builder optR(int value) {
            r = value;
            return this;
        }

        /** Strength λ at the start. Default 15. */
        public Builder optDeloraLambda(int value) {
            return deloraLambda(value);
        }

        /** The same with a fraction. */
        public Builder optDeloraLambda(double value) {
            return deloraLambda(value);
        }

        private Builder deloraLambda(Number value) {
            deloraLambda = value;
            return this;
        }

        /** Ranks of layers by regular expression for the end of the name. Default: none. */
        public Builder optRankPattern(Map<String, Integer> value) {
            rankPattern = value;
            return this;
        }

        /** Strengths of layers by regular expression for the end of the name. Default: none. */
        public Builder optLambdaPattern(Map<String, ? extends Number> value) {
            lambdaPattern = ImmutableMap.copyOf(value);
            return this;
        }

        /** Probability that an input feature is dropped in training, in [0, 1). Default 0. */
        public Builder optModuleDropout(double value) {
            return moduleDropout(value);
        }

        private Builder moduleDropout(Number value) {
            moduleDropout = value;
            return this;
        }

        /** Which biases of the base are trained along. Default none. */
        public Builder optBias(BiasOption value) {
            bias = value;
            return this;
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
        public DeloraConfig build() {
            DeloraScaling scaling = new DeloraScaling(r, deloraLambda, rankPattern, lambdaPattern);
            return new DeloraConfig(common(), targets(), scaling, moduleDropout, bias, initWeights);
        }
    }
}
