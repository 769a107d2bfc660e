package io.github.peft4j.tuner.lntuning;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.matching.TargetOptions;

/**
 * The config of LN tuning: which layers are copied, norms by default.
 *
 * @see <a href="https://arxiv.org/abs/2312.11420">Zhao et al. 2023</a>
 */
public final class LNTuningConfig extends LayerConfig {

    static final ConfigType<LNTuningConfig> TYPE =
            LayerConfig.type("LN_TUNING", LNTuningConfig.class, LNTuningConfig::new)
                    .without(TargetOptions.LAYERS_TO_TRANSFORM, TargetOptions.LAYERS_PATTERN);

    private LNTuningConfig(OptionValues values) {
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

    /** Builds an {@link LNTuningConfig}. */
    public static final class Builder extends LayerConfigBuilder<LNTuningConfig, Builder> {

        private Builder() {
            super(TYPE);
        }
    }
}
