package io.github.peft4j.transformers.decoder;

import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;

/**
 * Sizes of a decoder in Llama's shape, from config.json.
 *
 * @param vocabSize rows of the token embedding
 * @param hiddenSize H, features of a token
 * @param layers number of decoder layers
 * @param intermediateSize features inside the feed-forward part
 * @param padTokenId the token embedding's row without a gradient, or -1
 * @param activation of the feed-forward part
 * @param normEps added to the mean square in each norm
 * @param tied whether the output reads the token embedding
 * @param initializerRange standard deviation of fresh weights
 */
public record DecoderConfig(
        int vocabSize,
        int hiddenSize,
        int layers,
        int intermediateSize,
        int padTokenId,
        ActivationFunction activation,
        double normEps,
        boolean tied,
        double initializerRange) {

    /** Reads the sizes; the family's defaults are laid under the config. */
    public static DecoderConfig from(PretrainedConfig config) {
        return new DecoderConfig(
                config.positive("vocab_size"),
                config.positive("hidden_size"),
                config.positive("num_hidden_layers"),
                config.positive("intermediate_size"),
                config.paddingRow(-1),
                config.activation("hidden_act", "silu"),
                config.decimal("rms_norm_eps", 1e-6),
                config.flag("tie_word_embeddings", false),
                config.decimal("initializer_range", 0.02));
    }
}
