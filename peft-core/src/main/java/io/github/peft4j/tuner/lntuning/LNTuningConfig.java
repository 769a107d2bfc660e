package io.github.peft4j.tuner.lntuning;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.config.TargetedConfig;
import io.github.peft4j.config.TargetedConfigBuilder;
import io.github.peft4j.json.JsonValues;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of LN tuning.
 *
 * @param common the fields that all methods share
 * @param targets which layers are copied, norms by default, and which modules are saved whole
 * @see <a href="https://arxiv.org/abs/2312.11420">Zhao et al. 2023</a>
 */
public record LNTuningConfig(CommonFields common, TargetModules targets) implements TargetedConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("LN_TUNING");

    private static final ImmutableSet<String> TARGET_KEYS =
            ImmutableSet.of("target_modules", "exclude_modules", "modules_to_save");

    /**
     * Checks the targets.
     *
     * @throws IllegalArgumentException if an option is set that the method lacks
     */
    public LNTuningConfig {
        targets.refuseOthers(TYPE, TARGET_KEYS);
    }

    /** A builder with PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this config. */
    public Builder toBuilder() {
        return new Builder().optCommon(common).optTargets(targets);
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public LNTuningConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public LNTuningConfig withTargets(TargetModules value) {
        return toBuilder().optTargets(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        targets.putInto(json, TARGET_KEYS);
        return JsonValues.freezeObject(json);
    }

    /** Builds an {@link LNTuningConfig}; every option has PEFT's default. */
    public static final class Builder extends TargetedConfigBuilder<Builder> {

        private Builder() {
            super(TARGET_KEYS);
        }

        @Override
        protected Builder self() {
            return this;
        }

        static LNTuningConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public LNTuningConfig build() {
            return new LNTuningConfig(common(), targets());
        }
    }
}
