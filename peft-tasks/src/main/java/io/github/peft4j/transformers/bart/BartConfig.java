package io.github.peft4j.transformers.bart;

import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;

/**
 * Sizes of a BART, from config.json.
 *
 * @param vocabSize rows of the token embedding
 * @param hiddenSize H, features of a token
 * @param encoder its own sizes
 * @param decoder its own sizes
 * @param maxPositions the longest sequence; the position embedding has two rows more
 * @param padTokenId the token embedding's row without a gradient
 * @param activation of the feed-forward part
 * @param normsFirst whether norms stand before the parts of a layer, and one more at the end: MBART
 * @param scalesEmbedding whether token embeddings are multiplied by the root of H
 * @param tied whether both halves and the output read one token table
 * @param dropout probability after embeddings, attention and feed-forward part
 * @param attentionDropout probability on attention weights
 * @param activationDropout probability inside the feed-forward part
 * @param classifierDropout probability in the head
 * @param initializerRange standard deviation of fresh weights
 */
record BartConfig(
        int vocabSize,
        int hiddenSize,
        Half encoder,
        Half decoder,
        int maxPositions,
        int padTokenId,
        ActivationFunction activation,
        boolean normsFirst,
        boolean scalesEmbedding,
        boolean tied,
        double dropout,
        double attentionDropout,
        double activationDropout,
        double classifierDropout,
        double initializerRange) {

    /**
     * Sizes of one half.
     *
     * @param layers number of layers
     * @param heads N; must divide H
     * @param intermediateSize features inside the feed-forward part
     * @param layerDropout probability that training leaves out a layer
     */
    record Half(int layers, int heads, int intermediateSize, double layerDropout) {

        private static Half from(PretrainedConfig config, String side) {
            return new Half(
                    config.positive(side + "_layers", 12),
                    config.positive(side + "_attention_heads", 16),
                    config.positive(side + "_ffn_dim", 4096),
                    config.decimal(side + "_layerdrop", 0));
        }
    }

    BartConfig {
        if (hiddenSize % encoder.heads() != 0 || hiddenSize % decoder.heads() != 0) {
            throw new IllegalArgumentException(
                    "d_model "
                            + hiddenSize
                            + " does not split into encoder_attention_heads "
                            + encoder.heads()
                            + " and decoder_attention_heads "
                            + decoder.heads()
                            + ". Correct config.json.");
        }
    }

    /** Reads the sizes; absent keys take the defaults of BART and MBART. */
    static BartConfig from(PretrainedConfig config) {
        return new BartConfig(
                config.positive("vocab_size", 50265),
                config.positive("d_model", 1024),
                Half.from(config, "encoder"),
                Half.from(config, "decoder"),
                config.positive("max_position_embeddings", 1024),
                config.paddingRow(1),
                config.activation("activation_function", "gelu"),
                config.modelType().equals("mbart"),
                config.flag("scale_embedding", false),
                config.flag("tie_word_embeddings", true),
                config.probability("dropout", 0.1),
                config.probability("attention_dropout", 0),
                config.probability("activation_dropout", 0),
                config.probability("classifier_dropout", 0),
                config.decimal("init_std", 0.02));
    }

    /** Sizes of the decoder, or of the encoder. */
    Half half(boolean isDecoder) {
        return isDecoder ? decoder : encoder;
    }
}
