package io.github.peft4j.tuner.delora;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasBias;
import io.github.peft4j.config.group.HasInitWeights;
import io.github.peft4j.config.group.HasRankPattern;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import java.util.Map;

/**
 * The config of DeLoRA.
 *
 * @see <a href="https://arxiv.org/abs/2503.18225">Bini et al. 2025</a>
 */
public final class DeloraConfig extends LayerConfig
        implements HasRankPattern, HasInitWeights, HasBias {

    private static final Option<Number> DELORA_LAMBDA =
            Options.finite("delora_lambda", 15).means("scale λ at the start, of any sign");
    private static final Option<Map<String, Number>> LAMBDA_PATTERN =
            Options.finites("lambda_pattern").means("λ of single layers, in the same way");
    private static final Option<Number> MODULE_DROPOUT = Options.inputDropout("module_dropout");

    static final ConfigType<DeloraConfig> TYPE =
            LayerConfig.type("DELORA", DeloraConfig.class, DeloraConfig::new)
                    .with(Options.rank(8), DELORA_LAMBDA, Options.RANK_PATTERN, LAMBDA_PATTERN)
                    .with(MODULE_DROPOUT, Options.bias("DELORA"), Options.INIT_WEIGHTS)
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

    /** Scale λ at the start. */
    public double deloraLambda() {
        return get(DELORA_LAMBDA).doubleValue();
    }

    /** λ of single layers by regular expression; the first match wins. */
    public Map<String, Number> lambdaPattern() {
        return get(LAMBDA_PATTERN);
    }

    /** Probability that an input feature is dropped in training. */
    public double moduleDropout() {
        return get(MODULE_DROPOUT).doubleValue();
    }

    /** Builds a {@link DeloraConfig}. */
    public static final class Builder extends LayerConfigBuilder<DeloraConfig, Builder>
            implements HasRankPattern.Setters<Builder>,
                    HasInitWeights.Setters<Builder>,
                    HasBias.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Scale λ at the start. Default 15. */
        public Builder optDeloraLambda(Number value) {
            return set(DELORA_LAMBDA, value);
        }

        /** λ of layers by regular expression for the end of the name. Default: none. */
        public Builder optLambdaPattern(Map<String, ? extends Number> value) {
            return setNumbers(LAMBDA_PATTERN, value);
        }

        /** Probability that an input feature is dropped in training, in [0, 1). Default 0. */
        public Builder optModuleDropout(double value) {
            return set(MODULE_DROPOUT, value);
        }
    }
}
