package io.github.peft4j.tuner.prefixtuning;

import com.google.common.base.Preconditions;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.tuner.prompt.PromptConfigBuilder;
import io.github.peft4j.tuner.prompt.PromptLearningConfig;
import io.github.peft4j.tuner.prompt.VirtualTokens;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of prefix tuning.
 *
 * @param common the fields that all methods share
 * @param virtualTokens the fields that all prompt methods share
 * @param encoderHiddenSize h, features inside the projection; null (default): {@code token_dim}
 * @param prefixProjection whether two linear layers make the prefix while it trains; default false
 * @param initWeights {@code zero}: keys and values start at zero; null (default), and as in PEFT
 *     anything else: they start random
 * @see <a href="https://arxiv.org/abs/2101.00190">Li and Liang 2021</a>
 */
public record PrefixTuningConfig(
        CommonFields common,
        VirtualTokens virtualTokens,
        @Nullable Integer encoderHiddenSize,
        boolean prefixProjection,
        @Nullable String initWeights)
        implements PromptLearningConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("PREFIX_TUNING");

    /** Keys and values that start at zero. */
    public static final String ZERO = "zero";

    /**
     * Checks the projection.
     *
     * @throws IllegalArgumentException if it has no features
     */
    public PrefixTuningConfig {
        Preconditions.checkArgument(
                encoderHiddenSize == null || encoderHiddenSize > 0,
                "encoder_hidden_size is %s; give at least 1.",
                encoderHiddenSize);
    }

    /** A builder with PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this config. */
    public Builder toBuilder() {
        return new Builder()
                .optCommon(common)
                .optVirtualTokens(virtualTokens)
                .hiddenSize(encoderHiddenSize)
                .optPrefixProjection(prefixProjection)
                .optInitWeights(initWeights);
    }

    /** Whether keys and values start at zero. */
    boolean startsAtZero() {
        return ZERO.equals(initWeights);
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public PrefixTuningConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public PrefixTuningConfig withVirtualTokens(VirtualTokens value) {
        return toBuilder().optVirtualTokens(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        virtualTokens.putInto(json);
        json.put("encoder_hidden_size", encoderHiddenSize);
        json.put("prefix_projection", prefixProjection);
        json.put("init_weights", initWeights);
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link PrefixTuningConfig}; every option has PEFT's default. */
    public static final class Builder extends PromptConfigBuilder<Builder> {

        private @Nullable Integer hiddenSize;
        private boolean projection;
        private @Nullable String initWeights;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        static PrefixTuningConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.readNullable("encoder_hidden_size", JsonType.INTEGER, this::hiddenSize);
            json.read("prefix_projection", JsonType.FLAG, this::optPrefixProjection);
            json.readNullable("init_weights", JsonType.STRING, this::optInitWeights);
            return super.overlay(json);
        }

        private Builder hiddenSize(@Nullable Integer value) {
            hiddenSize = value;
            return this;
        }

        /** Features inside the projection. Default: those of all heads of keys. */
        public Builder optEncoderHiddenSize(int value) {
            return hiddenSize(value);
        }

        /** Whether two linear layers make the prefix while it trains. Default false. */
        public Builder optPrefixProjection(boolean value) {
            projection = value;
            return this;
        }

        /** {@code zero} for keys and values that start at zero. Default null: random. */
        public Builder optInitWeights(@Nullable String value) {
            initWeights = value;
            return this;
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public PrefixTuningConfig build() {
            return new PrefixTuningConfig(
                    common(), virtualTokens(), hiddenSize, projection, initWeights);
        }
    }
}
