package io.github.peft4j.tuner.lora;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasRankPattern;
import io.github.peft4j.config.option.OptionValues;

/**
 * The config of LoRA. Every field that PEFT 0.21 has is read and written; {@link #notYetSupported}
 * names those that are set to something this version cannot run, and that have no setter.
 *
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021</a>
 */
public final class LoraConfig extends LoraBasedConfig implements HasRankPattern {

    /** Its options and their rules. */
    public static final ConfigType<LoraConfig> TYPE =
            table("LORA", LoraConfig.class, LoraConfig::new).with(Options.RANK_PATTERN);

    private LoraConfig(OptionValues values) {
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

    @Override
    public boolean hasPatterns() {
        return super.hasPatterns() || !rankPattern().isEmpty();
    }

    /** Builds a {@link LoraConfig}. */
    public static final class Builder extends LoraBasedConfigBuilder<LoraConfig, Builder>
            implements HasRankPattern.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }
    }
}
