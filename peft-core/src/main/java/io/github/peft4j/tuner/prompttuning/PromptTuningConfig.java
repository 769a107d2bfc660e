package io.github.peft4j.tuner.prompttuning;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.tuner.prompt.config.PromptTableBuilder;
import io.github.peft4j.tuner.prompt.config.PromptTableConfig;

/**
 * The config of prompt tuning.
 *
 * @see <a href="https://arxiv.org/abs/2104.08691">Lester et al. 2021</a>
 */
public final class PromptTuningConfig extends PromptTableConfig {

    static final ConfigType<PromptTuningConfig> TYPE =
            tableType("PROMPT_TUNING", PromptTuningConfig.class, PromptTuningConfig::new);

    private PromptTuningConfig(OptionValues values) {
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

    /** Builds a {@link PromptTuningConfig}. */
    public static final class Builder extends PromptTableBuilder<PromptTuningConfig, Builder> {

        private Builder() {
            super(TYPE);
        }
    }
}
