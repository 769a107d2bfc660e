package io.github.peft4j.tuner.prompttuning;

import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.tuner.prompt.PromptLearningConfig;
import io.github.peft4j.tuner.prompt.VirtualTokens;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of prompt tuning.
 *
 * @param common the fields that all methods share
 * @param virtualTokens the fields that all prompt methods share
 * @param start what the virtual tokens start from
 * @see <a href="https://arxiv.org/abs/2104.08691">Lester et al. 2021</a>
 */
public record PromptTuningConfig(
        CommonFields common, VirtualTokens virtualTokens, PromptStart start)
        implements PromptLearningConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("PROMPT_TUNING");

    /** A builder with PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this config. */
    public Builder toBuilder() {
        return new Builder().optCommon(common).optVirtualTokens(virtualTokens).optStart(start);
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public PromptTuningConfig withCommon(CommonFields value) {
        return new PromptTuningConfig(value, virtualTokens, start);
    }

    @Override
    public PromptTuningConfig withVirtualTokens(VirtualTokens value) {
        return new PromptTuningConfig(common, value, start);
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        virtualTokens.putInto(json);
        start.putInto(json);
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link PromptTuningConfig}; every option has PEFT's default. */
    public static final class Builder extends PromptTableBuilder<Builder> {

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        static PromptTuningConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public PromptTuningConfig build() {
            return new PromptTuningConfig(common(), virtualTokens(), start());
        }
    }
}
