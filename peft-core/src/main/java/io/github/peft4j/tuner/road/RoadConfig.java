package io.github.peft4j.tuner.road;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasInitWeights;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.matching.TargetOptions;

/**
 * The config of RoAd.
 *
 * @see <a href="https://arxiv.org/abs/2409.00119">Liao and Monz 2024</a>
 */
public final class RoadConfig extends LayerConfig implements HasInitWeights {

    private static final Option<RoadVariant> VARIANT =
            Option.of("variant", RoadVariant.JSON, RoadVariant.ROAD_1)
                    .means("how many angles and factors each pair of outputs has: 1, 2 or 4");
    private static final Option<Integer> GROUP_SIZE =
            Option.integer("group_size", 64)
                    .must(size -> size > 0 && size % 2 == 0, "a positive even number, such as 64")
                    .means("outputs in a group, whose first half is paired with its second half");

    static final ConfigType<RoadConfig> TYPE =
            LayerConfig.type("ROAD", RoadConfig.class, RoadConfig::new)
                    .with(VARIANT, GROUP_SIZE, Options.INIT_WEIGHTS)
                    .without(TargetOptions.EXCLUDE_MODULES, TargetOptions.LAYERS_PATTERN)
                    .without(TargetOptions.LAYERS_TO_TRANSFORM);

    private RoadConfig(OptionValues values) {
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

    /** How many angles and factors each pair of outputs has. */
    public RoadVariant variant() {
        return get(VARIANT);
    }

    /** Outputs in a group, whose first half is paired with its second half. */
    public int groupSize() {
        return get(GROUP_SIZE);
    }

    /** Builds a {@link RoadConfig}. */
    public static final class Builder extends LayerConfigBuilder<RoadConfig, Builder>
            implements HasInitWeights.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }

        /** How many angles and factors each pair has. Default {@link RoadVariant#ROAD_1}. */
        public Builder optVariant(RoadVariant value) {
            return set(VARIANT, value);
        }

        /** Outputs in a group, an even number that divides those of each layer. Default 64. */
        public Builder optGroupSize(int value) {
            return set(GROUP_SIZE, value);
        }
    }
}
