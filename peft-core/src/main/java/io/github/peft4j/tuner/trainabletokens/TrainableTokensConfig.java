package io.github.peft4j.tuner.trainabletokens;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Ints;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.config.TargetedConfig;
import io.github.peft4j.config.TargetedConfigBuilder;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of trainable tokens.
 *
 * @param common the fields that all methods share
 * @param targets the embedding; default the model's token embedding
 * @param tokenIndices ids of the tokens whose rows are trained, each at least 0; default none
 * @param initWeights whether the rows start as the base's; if not, they are drawn from N(0, 1);
 *     default true
 */
public record TrainableTokensConfig(
        CommonFields common,
        TargetModules targets,
        ImmutableList<Integer> tokenIndices,
        boolean initWeights)
        implements TargetedConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("TRAINABLE_TOKENS");

    private static final ImmutableSet<String> TARGET_KEYS = ImmutableSet.of("target_modules");

    /**
     * Checks the tokens.
     *
     * @throws IllegalArgumentException if one is negative, or an option is set that the method
     *     lacks
     */
    public TrainableTokensConfig {
        targets.refuseOthers(TYPE, TARGET_KEYS);
        for (int token : tokenIndices) {
            Preconditions.checkArgument(
                    token >= 0,
                    "token_indices has %s; ids of tokens start at 0. Look them up with the"
                            + " tokenizer.",
                    token);
        }
    }

    /** A builder with PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this config. */
    public Builder toBuilder() {
        return new Builder()
                .optCommon(common)
                .optTargets(targets)
                .optTokenIndices(tokenIndices)
                .optInitWeights(initWeights);
    }

    @Override
    public boolean hasModulesToSave() {
        return false;
    }

    @Override
    public boolean savesEmbeddings() {
        return false;
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public TrainableTokensConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public TrainableTokensConfig withTargets(TargetModules value) {
        return toBuilder().optTargets(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        targets.putInto(json, TARGET_KEYS);
        json.put("token_indices", tokenIndices.stream().map(Integer::longValue).toList());
        json.put("init_weights", initWeights);
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link TrainableTokensConfig}; every option has PEFT's default. */
    public static final class Builder extends TargetedConfigBuilder<Builder> {

        private ImmutableList<Integer> tokenIndices = ImmutableList.of();
        private boolean initWeights = true;

        private Builder() {
            super(TARGET_KEYS);
        }

        @Override
        protected Builder self() {
            return this;
        }

        static TrainableTokensConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.read("token_indices", JsonType.INTEGERS, this::optTokenIndices);
            json.read("init_weights", JsonType.FLAG, this::optInitWeights);
            return super.overlay(json);
        }

        /** Ids of the tokens whose rows are trained. */
        public Builder optTokenIndices(int... ids) {
            return optTokenIndices(Ints.asList(ids));
        }

        /** The same from a list. */
        public Builder optTokenIndices(List<Integer> ids) {
            tokenIndices = ImmutableList.copyOf(ids);
            return this;
        }

        /** Whether the rows start as the base's; if not, they are random. Default true. */
        public Builder optInitWeights(boolean value) {
            initWeights = value;
            return this;
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public TrainableTokensConfig build() {
            return new TrainableTokensConfig(common(), targets(), tokenIndices, initWeights);
        }
    }
}
