package io.github.peft4j.tuner.ptuning;

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
 * The config of p-tuning, under PEFT's name for it.
 *
 * @param common the fields that all methods share
 * @param virtualTokens the fields that all prompt methods share
 * @param encoderReparameterizationType {@code MLP} (default) or {@code LSTM}
 * @param encoderHiddenSize h, features inside the encoder; null (default): {@code token_dim}
 * @param encoderNumLayers layers of the LSTM, from 1; an MLP has three linear layers whatever this
 *     says; default 2
 * @param dropout probability between the layers of the LSTM, 0 to 1; default 0
 * @see <a href="https://arxiv.org/abs/2103.10385">Liu et al. 2021</a>
 */
public record PromptEncoderConfig(
        CommonFields common,
        VirtualTokens virtualTokens,
        String encoderReparameterizationType,
        @Nullable Integer encoderHiddenSize,
        int encoderNumLayers,
        Number dropout)
        implements PromptLearningConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("P_TUNING");

    /** Three linear layers. */
    public static final String MLP = "MLP";

    /** A bidirectional LSTM and two linear layers. */
    public static final String LSTM = "LSTM";

    /** PEFT's default number of layers. */
    static final int DEFAULT_LAYERS = 2;

    /**
     * Checks the encoder.
     *
     * @throws IllegalArgumentException if its type is unknown or a number is out of range
     */
    public PromptEncoderConfig {
        Preconditions.checkArgument(
                encoderReparameterizationType.equals(MLP)
                        || encoderReparameterizationType.equals(LSTM),
                "encoder_reparameterization_type '%s' is unknown. Use MLP (recommended) or LSTM.",
                encoderReparameterizationType);
        Preconditions.checkArgument(
                encoderHiddenSize == null || encoderHiddenSize > 0,
                "encoder_hidden_size is %s; give at least 1.",
                encoderHiddenSize);
        Preconditions.checkArgument(
                encoderNumLayers > 0 || encoderReparameterizationType.equals(MLP),
                "encoder_num_layers is %s; an LSTM has at least 1.",
                encoderNumLayers);
        Preconditions.checkArgument(
                dropout.doubleValue() >= 0 && dropout.doubleValue() <= 1,
                "encoder_dropout is %s; it is a probability from 0 to 1.",
                dropout);
        dropout = JsonValues.freezeNumber(dropout);
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
                .optEncoderReparameterizationType(encoderReparameterizationType)
                .hiddenSize(encoderHiddenSize)
                .optEncoderNumLayers(encoderNumLayers)
                .dropout(dropout);
    }

    /** The probability between the layers of the LSTM. */
    public double encoderDropout() {
        return dropout.doubleValue();
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public PromptEncoderConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public PromptEncoderConfig withVirtualTokens(VirtualTokens value) {
        return toBuilder().optVirtualTokens(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        virtualTokens.putInto(json);
        json.put("encoder_reparameterization_type", encoderReparameterizationType);
        json.put("encoder_hidden_size", encoderHiddenSize);
        json.put("encoder_num_layers", encoderNumLayers);
        json.put("encoder_dropout", dropout);
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link PromptEncoderConfig}; every option has PEFT's default. */
    public static final class Builder extends PromptConfigBuilder<Builder> {

        private String type = MLP;
        private @Nullable Integer hiddenSize;
        private int layers = DEFAULT_LAYERS;
        private Number dropout = 0.0;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        static PromptEncoderConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.read(
                    "encoder_reparameterization_type",
                    JsonType.STRING,
                    this::optEncoderReparameterizationType);
            json.readNullable("encoder_hidden_size", JsonType.INTEGER, this::hiddenSize);
            json.read("encoder_num_layers", JsonType.INTEGER, this::optEncoderNumLayers);
            json.read("encoder_dropout", JsonType.NUMBER, this::dropout);
            return super.overlay(json);
        }

        private Builder hiddenSize(@Nullable Integer value) {
            hiddenSize = value;
            return this;
        }

        private Builder dropout(Number value) {
            dropout = value;
            return this;
        }

        /** {@code MLP} or {@code LSTM}. Default MLP. */
        public Builder optEncoderReparameterizationType(String value) {
            type = value;
            return this;
        }

        /** Features inside the encoder. Default: those of a token. */
        public Builder optEncoderHiddenSize(int value) {
            return hiddenSize(value);
        }

        /** Layers of the LSTM. Default 2. */
        public Builder optEncoderNumLayers(int value) {
            layers = value;
            return this;
        }

        /** Dropout between the layers of the LSTM. Default 0. */
        public Builder optEncoderDropout(double value) {
            return dropout(value);
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public PromptEncoderConfig build() {
            return new PromptEncoderConfig(
                    common(), virtualTokens(), type, hiddenSize, layers, dropout);
        }
    }
}
