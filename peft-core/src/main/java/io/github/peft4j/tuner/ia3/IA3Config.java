package io.github.peft4j.tuner.ia3;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasFanInFanOut;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.TargetOptions;
import java.util.Optional;

/**
 * The config of IA3.
 *
 * @see <a href="https://arxiv.org/abs/2205.05638">Liu et al. 2022</a>
 */
public final class IA3Config extends LayerConfig implements HasFanInFanOut {

    private static final Option<OneOrMany<String>> FEEDFORWARD_MODULES =
            Option.nullable("feedforward_modules", TargetOptions.NAMES)
                    .means(
                            "targets whose inputs are scaled instead of their outputs: ends of "
                                    + "names, also within a word, or a regular expression (a string); "
                                    + "null takes the model type's");
    private static final Option<Boolean> INIT_IA3_WEIGHTS =
            Option.flag("init_ia3_weights", true)
                    .means("whether the factors start at one; if not, they are random");

    static final ConfigType<IA3Config> TYPE =
            LayerConfig.type("IA3", IA3Config.class, IA3Config::new)
                    .without(TargetOptions.LAYERS_TO_TRANSFORM, TargetOptions.LAYERS_PATTERN)
                    .with(FEEDFORWARD_MODULES, Options.FAN_IN_FAN_OUT, INIT_IA3_WEIGHTS)
                    .rule(IA3Config::refuseOtherFeedforward);

    private IA3Config(OptionValues values) {
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

    /**
     * The targets whose inputs are scaled, if the config names any: a string is a regular
     * expression for the whole name, a list holds ends of names, also within a word.
     */
    public Optional<OneOrMany<String>> feedforwardModules() {
        return find(FEEDFORWARD_MODULES);
    }

    /** Whether the factors start at one, without effect; if not, they are drawn from N(0, 1). */
    public boolean initIa3Weights() {
        return get(INIT_IA3_WEIGHTS);
    }

    private void refuseOtherFeedforward() {
        OneOrMany<String> feedforward = feedforwardModules().orElse(null);
        OneOrMany<String> names = targets().targetModules();
        if (feedforward != null && names != null && !feedforward.single() && !names.single()) {
            Preconditions.checkArgument(
                    names.values().containsAll(feedforward.values()),
                    "feedforward_modules %s is no subset of target_modules %s. Name every"
                            + " feed-forward layer among the targets too.",
                    feedforward,
                    names);
        }
    }

    /** Builds an {@link IA3Config}. */
    public static final class Builder extends LayerConfigBuilder<IA3Config, Builder>
            implements HasFanInFanOut.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Whether the factors start at one; if not, they are random. Default true. */
        public Builder optInitIa3Weights(boolean value) {
            return set(INIT_IA3_WEIGHTS, value);
        }

        /**
         * Ends of the names of the targets whose inputs are scaled; no name at all means none.
         * Default: the table for the model type.
         */
        public Builder optFeedforwardModules(String... names) {
            return feedforward(OneOrMany.many(ImmutableList.copyOf(names)));
        }

        /** A regular expression for the whole names of the targets whose inputs are scaled. */
        public Builder optFeedforwardModulesRegex(String regex) {
            return feedforward(OneOrMany.one(regex));
        }

        Builder feedforward(OneOrMany<String> value) {
            return set(FEEDFORWARD_MODULES, value);
        }
    }
}
