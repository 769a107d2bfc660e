package io.github.peft4j.tuner.lora;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.matching.NamePatterns;
import java.util.Map;

/**
 * The config of LoRA. Every field that PEFT 0.21 has is read and written; {@link #notYetSupported}
 * names those that are set to something this version cannot run, and that have no setter.
 *
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021</a>
 */
public final class LoraConfig extends LoraBasedConfig {

    private static final Option<Map<String, Integer>> RANK_PATTERN =
            Options.ranks("rank_pattern").means("ranks of layers by regular expression");

    static final ConfigType<LoraConfig> TYPE =
            table("LORA", LoraConfig.class, LoraConfig::new).with(RANK_PATTERN);

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

    /** Ranks of layers by regular expression, in order; see {@link #ranks}. */
    public Map<String, Integer> rankPattern() {
        return get(RANK_PATTERN);
    }

    /** The exceptions to {@link #r}, ready to look up by a layer's name. */
    public NamePatterns<Integer> ranks() {
        return NamePatterns.compile("rank_pattern", rankPattern());
    }

    @Override
    boolean hasPatterns() {
        return super.hasPatterns() || !rankPattern().isEmpty();
    }

    /** Builds a {@link LoraConfig}. */
    public static final class Builder extends LoraBasedConfigBuilder<LoraConfig, Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Ranks of layers by regular expression for the end of the name. Default: none. */
        public Builder optRankPattern(Map<String, Integer> value) {
            return set(RANK_PATTERN, value);
        }
    }
}
