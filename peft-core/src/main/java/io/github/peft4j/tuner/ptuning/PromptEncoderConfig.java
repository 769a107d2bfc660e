package io.github.peft4j.tuner.ptuning;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.tuner.prompt.config.PromptConfig;
import io.github.peft4j.tuner.prompt.config.PromptConfigBuilder;
import java.util.Optional;

/**
 * The config of p-tuning, under PEFT's name for it.
 *
 * @see <a href="https://arxiv.org/abs/2103.10385">Liu et al. 2021</a>
 */
public final class PromptEncoderConfig extends PromptConfig {

    private static final Option<PromptEncoderReparameterizationType>
            ENCODER_REPARAMETERIZATION_TYPE =
                    Option.of(
                                    "encoder_reparameterization_type",
                                    PromptEncoderReparameterizationType.JSON,
                                    PromptEncoderReparameterizationType.MLP)
                            .means("the network: three linear layers, or an LSTM and two of them");
    static final Option<Integer> ENCODER_NUM_LAYERS =
            Option.integer("encoder_num_layers", 2)
                    .means(
                            "layers of the LSTM; the MLP has three layers and warns of another number");
    private static final Option<Number> ENCODER_DROPOUT =
            Option.number("encoder_dropout", 0.0)
                    .must(
                            value -> value.doubleValue() >= 0 && value.doubleValue() <= 1,
                            "a probability from 0 to 1")
                    .means("dropout between the layers of the LSTM");

    static final ConfigType<PromptEncoderConfig> TYPE =
            promptType("P_TUNING", PromptEncoderConfig.class, PromptEncoderConfig::new)
                    .with(ENCODER_REPARAMETERIZATION_TYPE, ENCODER_HIDDEN_SIZE)
                    .with(ENCODER_NUM_LAYERS, ENCODER_DROPOUT)
                    .rule(LstmEncoder::checkLayers);

    private PromptEncoderConfig(OptionValues values) {
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

    /** The network that makes the prompt. */
    public PromptEncoderReparameterizationType encoderReparameterizationType() {
        return get(ENCODER_REPARAMETERIZATION_TYPE);
    }

    /** h, features inside the network; those of a token if it is not set. */
    public Optional<Integer> encoderHiddenSize() {
        return find(ENCODER_HIDDEN_SIZE);
    }

    /** Layers of the LSTM. */
    public int encoderNumLayers() {
        return get(ENCODER_NUM_LAYERS);
    }

    /** Probability of dropout between the layers of the LSTM. */
    public double encoderDropout() {
        return get(ENCODER_DROPOUT).doubleValue();
    }

    /** Builds a {@link PromptEncoderConfig}. */
    public static final class Builder extends PromptConfigBuilder<PromptEncoderConfig, Builder> {

        private Builder() {
            super(TYPE);
        }

        /**
         * The network that makes the prompt. Default {@link
         * PromptEncoderReparameterizationType#MLP}.
         */
        public Builder optEncoderReparameterizationType(PromptEncoderReparameterizationType value) {
            return set(ENCODER_REPARAMETERIZATION_TYPE, value);
        }

        /** Features inside the network. Default: those of a token. */
        public Builder optEncoderHiddenSize(int value) {
            return set(ENCODER_HIDDEN_SIZE, value);
        }

        /** Layers of the LSTM. Default 2. */
        public Builder optEncoderNumLayers(int value) {
            return set(ENCODER_NUM_LAYERS, value);
        }

        /** Dropout between the layers of the LSTM. Default 0. */
        public Builder optEncoderDropout(double value) {
            return set(ENCODER_DROPOUT, value);
        }
    }
}
