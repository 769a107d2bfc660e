package io.github.peft4j.tuner.delora;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import java.util.Map;

/**
 * The config of DeLoRA.
 *
 * @see <a href="https://arxiv.org/abs/2503.18225">Bini et al. 2025</a>
 */
public final class DeloraConfig extends LayerConfig {

    private static final Option<Integer> R = Options.positive("r", 8).means("rank: rows of A");
    private static final Option<Number> DELORA_LAMBDA =
            Options.finite("delora_lambda", 15).means("strength λ at the start, of any sign");
    private static final Option<Map<String, Integer>> RANK_PATTERN =
            Options.ranks("rank_pattern")
                    .means(
                            "ranks of single layers by regular expression for the end of the "
                                    + "name; the first match wins");
    private static final Option<Map<String, Number>> LAMBDA_PATTERN =
            Options.finites("lambda_pattern").means("strengths of single layers, in the same way");
    private static final Option<Number> MODULE_DROPOUT =
            Option.dropout("module_dropout", 0.0)
                    .means("probability that a feature of the input is dropped in training");

    static final ConfigType<DeloraConfig> TYPE =
            LayerConfig.type("DELORA", DeloraConfig.class, DeloraConfig::new)
                    .with(
                            R,
                            DELORA_LAMBDA,
                            RANK_PATTERN,
                            LAMBDA_PATTERN,
                            MODULE_DROPOUT,
                            Options.bias("DELORA"),
                            Options.INIT_WEIGHTS)
                    .rule(LayerConfig::refuseLayersWithRegex)
                    .rule(LayerConfig::refusePatternWithoutLayers);

    private DeloraConfig(OptionValues values) {
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

    /** Rank: the number of rows of A. */
    public int r() {
        return get(R);
    }

    /** Strength λ at the start. */
    public double deloraLambda() {
        return get(DELORA_LAMBDA).doubleValue();
    }

    /** Ranks of single layers by regular expression; the first match wins. */
    public Map<String, Integer> rankPattern() {
        return get(RANK_PATTERN);
    }

    /** Strengths of single layers by regular expression; the first match wins. */
    public Map<String, Number> lambdaPattern() {
        return get(LAMBDA_PATTERN);
    }

    /** Probability that an input feature is dropped in training. */
    public double moduleDropout() {
        return get(MODULE_DROPOUT).doubleValue();
    }

    /** Whether the adapter starts without effect; if not, it is random. */
    public boolean initWeights() {
        return get(Options.INIT_WEIGHTS);
    }

    /** Builds a {@link DeloraConfig}. */
    public static final class Builder extends LayerConfigBuilder<DeloraConfig, Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Rank r, the number of rows of A; at least 1. Default 8. */
        public Builder optR(int value) {
            return set(R, value);
        }

        /** Strength λ at the start. Default 15. */
        public Builder optDeloraLambda(int value) {
            return set(DELORA_LAMBDA, value);
        }

        /** The same with a fraction. */
        public Builder optDeloraLambda(double value) {
            return set(DELORA_LAMBDA, value);
        }

        /** Ranks of layers by regular expression for the end of the name. Default: none. */
        public Builder optRankPattern(Map<String, Integer> value) {
            return set(RANK_PATTERN, value);
        }

        /** Strengths of layers by regular expression for the end of the name. Default: none. */
        public Builder optLambdaPattern(Map<String, ? extends Number> value) {
            return set(LAMBDA_PATTERN, ImmutableMap.copyOf(value));
        }

        /** Probability that an input feature is dropped in training, in [0, 1). Default 0. */
        public Builder optModuleDropout(double value) {
            return set(MODULE_DROPOUT, value);
        }

        /** Whether the adapter starts without effect; if not, it is random. Default true. */
        public Builder optInitWeights(boolean value) {
            return set(Options.INIT_WEIGHTS, value);
        }
    }
}
