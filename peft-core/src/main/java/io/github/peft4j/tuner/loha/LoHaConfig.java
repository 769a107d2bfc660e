package io.github.peft4j.tuner.loha;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasInitWeights;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.tuner.lycoris.LycorisConfig;
import io.github.peft4j.tuner.lycoris.LycorisConfigBuilder;

/**
 * The config of LoHa.
 *
 * @see <a href="https://arxiv.org/abs/2108.06098">Hyeon-Woo et al. 2021</a>
 */
public final class LoHaConfig extends LycorisConfig implements HasInitWeights {

    static final ConfigType<LoHaConfig> TYPE =
            lycoris("LOHA", LoHaConfig.class, LoHaConfig::new).with(Options.INIT_WEIGHTS);

    private LoHaConfig(OptionValues values) {
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

    /** Builds a {@link LoHaConfig}. */
    public static final class Builder extends LycorisConfigBuilder<LoHaConfig, Builder>
            implements HasInitWeights.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }
    }
}
