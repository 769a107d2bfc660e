package io.github.peft4j.tuner.prefixtuning;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.tuner.prompt.config.PromptConfig;
import io.github.peft4j.tuner.prompt.config.PromptConfigBuilder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The config of prefix tuning.
 *
 * @see <a href="https://arxiv.org/abs/2101.00190">Li and Liang 2021</a>
 */
public final class PrefixTuningConfig extends PromptConfig {

    /** Keys and values that start at zero. */
    public static final String ZERO = "zero";

    private static final Option<Boolean> PREFIX_PROJECTION =
            Option.flag("prefix_projection", false)
                    .means("whether a network of two linear layers makes the prefix in training");
    private static final Option<String> INIT_WEIGHTS =
            Option.nullable("init_weights", JsonType.STRING)
                    .means("`zero`: keys and values start at zero; null: they start random");

    static final ConfigType<PrefixTuningConfig> TYPE =
            promptType("PREFIX_TUNING", PrefixTuningConfig.class, PrefixTuningConfig::new)
                    .with(ENCODER_HIDDEN_SIZE, PREFIX_PROJECTION, INIT_WEIGHTS);

    private PrefixTuningConfig(OptionValues values) {
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

    /** h, features inside the projection; those of all heads of keys if it is not set. */
    public Optional<Integer> encoderHiddenSize() {
        return find(ENCODER_HIDDEN_SIZE);
    }

    /** Whether two linear layers make the prefix while it trains. */
    public boolean prefixProjection() {
        return get(PREFIX_PROJECTION);
    }

    /** How the prefix starts; as in PEFT, anything but {@link #ZERO} is random. */
    public Optional<String> initWeights() {
        return find(INIT_WEIGHTS);
    }

    /** Whether keys and values start at zero. */
    boolean startsAtZero() {
        return initWeights().filter(ZERO::equals).isPresent();
    }

    /** Builds a {@link PrefixTuningConfig}. */
    public static final class Builder extends PromptConfigBuilder<PrefixTuningConfig, Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Features inside the projection. Default: those of all heads of keys. */
        public Builder optEncoderHiddenSize(int value) {
            return set(ENCODER_HIDDEN_SIZE, value);
        }

        /** Whether two linear layers make the prefix while it trains. Default false. */
        public Builder optPrefixProjection(boolean value) {
            return set(PREFIX_PROJECTION, value);
        }

        /** {@code zero} for keys and values that start at zero. Default null: random. */
        public Builder optInitWeights(@Nullable String value) {
            return set(INIT_WEIGHTS, value);
        }
    }
}
