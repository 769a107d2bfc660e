package io.github.peft4j.tuner.ia3;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.config.TargetedConfig;
import io.github.peft4j.config.TargetedConfigBuilder;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.json.OneOrMany;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of IA3.
 *
 * @param common the fields that all methods share
 * @param targets which modules are adapted or saved whole
 * @param feedforward those among the targets whose inputs are scaled instead of their outputs: a
 *     string is a regular expression for the whole name, a list holds ends of names, also within a
 *     word; null (default): the table for the model type
 * @param fanInFanOut whether the base weight is stored as [in, out]; default false
 * @param initIa3Weights whether the factors start at one, without effect; if not, they are drawn
 *     from N(0, 1); default true
 * @see <a href="https://arxiv.org/abs/2205.05638">Liu et al. 2022</a>
 */
public record IA3Config(
        CommonFields common,
        TargetModules targets,
        @Nullable OneOrMany<String> feedforward,
        boolean fanInFanOut,
        boolean initIa3Weights)
        implements TargetedConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("IA3");

    private static final ImmutableSet<String> TARGET_KEYS =
            ImmutableSet.of("target_modules", "exclude_modules", "modules_to_save");

    /**
     * Checks the feed-forward layers against the targets.
     *
     * @throws IllegalArgumentException if both are lists and a feed-forward layer is no target
     */
    public IA3Config {
        targets.refuseOthers(TYPE, TARGET_KEYS);
        feedforward = sorted(feedforward);
        OneOrMany<String> names = targets.targetModules();
        if (feedforward != null && names != null && !feedforward.single() && !names.single()) {
            Preconditions.checkArgument(
                    names.values().containsAll(feedforward.values()),
                    "feedforward_modules %s is no subset of target_modules %s. Name every"
                            + " feed-forward layer among the targets too.",
                    feedforward,
                    names);
        }
    }

    private static @Nullable OneOrMany<String> sorted(@Nullable OneOrMany<String> names) {
        return TargetModules.DEFAULT.withTargetModules(names).targetModules();
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
                .feedforward(feedforward)
                .optFanInFanOut(fanInFanOut)
                .optInitIa3Weights(initIa3Weights);
    }

    /** The layers whose inputs are scaled, if the config names any. */
    public Optional<OneOrMany<String>> feedforwardModules() {
        return Optional.ofNullable(feedforward);
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public IA3Config withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public IA3Config withTargets(TargetModules value) {
        return toBuilder().optTargets(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        targets.putInto(json, TARGET_KEYS);
        json.put("feedforward_modules", feedforward == null ? null : feedforward.toJson());
        json.put("fan_in_fan_out", fanInFanOut);
        json.put("init_ia3_weights", initIa3Weights);
        return JsonValues.freezeObject(json);
    }

    /** Builds an {@link IA3Config}; every option has PEFT's default. */
    public static final class Builder extends TargetedConfigBuilder<Builder> {

        private @Nullable OneOrMany<String> feedforward;
        private boolean fanInFanOut;
        private boolean initIa3Weights = true;

        private Builder() {
            super(TARGET_KEYS);
        }

        @Override
        protected Builder self() {
            return this;
        }

        static IA3Config read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.readNullable("feedforward_modules", JsonType.STRING_OR_STRINGS, this::feedforward);
            json.read("fan_in_fan_out", JsonType.FLAG, this::optFanInFanOut);
            json.read("init_ia3_weights", JsonType.FLAG, this::optInitIa3Weights);
            return super.overlay(json);
        }

        Builder feedforward(@Nullable OneOrMany<String> value) {
            feedforward = value;
            return this;
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

        /** Whether the base weight is stored as [in, out]; corrected by the layers. */
        public Builder optFanInFanOut(boolean value) {
            fanInFanOut = value;
            return this;
        }

        /** Whether the factors start at one; if not, they are random. Default true. */
        public Builder optInitIa3Weights(boolean value) {
            initIa3Weights = value;
            return this;
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public IA3Config build() {
            return new IA3Config(common(), targets(), feedforward, fanInFanOut, initIa3Weights);
        }
    }
}
