package io.github.peft4j.tuner.hra;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasBias;
import io.github.peft4j.config.group.HasInitWeights;
import io.github.peft4j.config.group.HasRank;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;

/**
 * The config of HRA.
 *
 * @see <a href="https://arxiv.org/abs/2405.17484">Yuan et al. 2024</a>
 */
public final class HRAConfig extends LayerConfig implements HasRank, HasInitWeights, HasBias {

    private static final Option<Integer> R =
            Options.rank(8)
                    .means(
                            "number of reflections at a layer; an odd one is warned of and does "
                                    + "not start as the identity");
    private static final Option<Boolean> APPLY_GS =
            Option.flag("apply_GS", false)
                    .means(
                            "whether the vectors are made orthogonal (Gram-Schmidt) before they "
                                    + "reflect");

    static final ConfigType<HRAConfig> TYPE =
            LayerConfig.type("HRA", HRAConfig.class, HRAConfig::new)
                    .with(R, APPLY_GS, Options.bias("HRA"), Options.INIT_WEIGHTS)
                    .rule(LayerConfig::refuseLayersWithRegex)
                    .rule(LayerConfig::refusePatternWithoutLayers);

    private HRAConfig(OptionValues values) {
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

    /** Whether the vectors are made orthogonal before they reflect. */
    public boolean applyGs() {
        return get(APPLY_GS);
    }

    /** Builds an {@link HRAConfig}. */
    public static final class Builder extends LayerConfigBuilder<HRAConfig, Builder>
            implements HasRank.Setters<Builder>,
                    HasInitWeights.Setters<Builder>,
                    HasBias.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Whether the vectors are made orthogonal before they reflect. Default false. */
        public Builder optApplyGs(boolean value) {
            return set(APPLY_GS, value);
        }
    }
}
