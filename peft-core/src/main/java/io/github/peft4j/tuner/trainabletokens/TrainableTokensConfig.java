package io.github.peft4j.tuner.trainabletokens;

import com.google.common.base.Preconditions;
import com.google.common.primitives.Ints;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasInitWeights;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.matching.TargetOptions;
import java.util.List;

/** The config of trainable tokens: which rows of the token embedding are trained. */
public final class TrainableTokensConfig extends LayerConfig implements HasInitWeights {

    private static final Option<List<Integer>> TOKEN_INDICES =
            Option.of("token_indices", JsonType.INTEGERS, List.<Integer>of())
                    .check(TrainableTokensConfig::requireIds)
                    .means("ids of the tokens whose rows are trained");

    static final ConfigType<TrainableTokensConfig> TYPE =
            LayerConfig.type(
                            "TRAINABLE_TOKENS",
                            TrainableTokensConfig.class,
                            TrainableTokensConfig::new)
                    .without(
                            TargetOptions.EXCLUDE_MODULES,
                            TargetOptions.LAYERS_TO_TRANSFORM,
                            TargetOptions.LAYERS_PATTERN,
                            TargetOptions.MODULES_TO_SAVE)
                    .with(TOKEN_INDICES, Options.INIT_WEIGHTS);

    private TrainableTokensConfig(OptionValues values) {
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

    /** Ids of the tokens whose rows are trained. */
    public List<Integer> tokenIndices() {
        return get(TOKEN_INDICES);
    }

    @Override
    public boolean hasModulesToSave() {
        return false;
    }

    @Override
    public boolean savesEmbeddings() {
        return false;
    }

    private static void requireIds(List<Integer> tokens) {
        for (int token : tokens) {
            Preconditions.checkArgument(
                    token >= 0,
                    "token_indices has %s; ids of tokens start at 0. Look them up with the"
                            + " tokenizer.",
                    token);
        }
    }

    /** Builds a {@link TrainableTokensConfig}. */
    public static final class Builder extends LayerConfigBuilder<TrainableTokensConfig, Builder>
            implements HasInitWeights.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }

        /** The same from a list. */
        public Builder optTokenIndices(List<Integer> value) {
            return set(TOKEN_INDICES, value);
        }

        /** Ids of the tokens whose rows are trained. */
        public Builder optTokenIndices(int... ids) {
            return optTokenIndices(Ints.asList(ids));
        }
    }
}
