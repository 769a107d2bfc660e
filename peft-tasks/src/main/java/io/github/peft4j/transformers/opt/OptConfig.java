package io.github.peft4j.transformers.opt;

import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;

/**
 * Sizes of an OPT, from config.json.
 *
 * @param vocabSize rows of the token embedding
 * @param wordSize {@code word_embed_proj_dim}, features of the token embedding and of the output
 * @param hiddenSize H, features of a token between the layers
 * @param layers number of layers
 * @param heads N; must divide H
 * @param intermediateSize {@code ffn_dim}, features inside the feed-forward part
 * @param maxPositions the longest sequence
 * @param padTokenId the token embedding's row without a gradient, or -1
 * @param activation of the feed-forward part
 * @param normBefore whether norms stand before the parts of a layer, or after them
 * @param finalNorm whether a norm follows the last layer
 * @param bias whether linear layers have biases
 * @param dropout probability after attention and feed-forward part
 * @param attentionDropout probability on attention weights
 * @param tied whether the output reads the token embedding
 * @param initializerRange standard deviation of fresh weights
 */
record OptConfig(
        int vocabSize,
        int wordSize,
        int hiddenSize,
        int layers,
        int heads,
        int intermediateSize,
        int maxPositions,
        int padTokenId,
        ActivationFunction activation,
        boolean normBefore,
        boolean finalNorm,
        boolean bias,
        double dropout,
        double attentionDropout,
        boolean tied,
        double initializerRange) {

    OptConfig {
        if (hiddenSize % heads != 0) {
            throw new IllegalArgumentException(
                    "hidden_size "
                            + hiddenSize
                            + " does not split into num_attention_heads "
                            + heads
                            + ". Correct config.json.");
        }
    }

    /** Reads the sizes; absent keys take OPT's defaults. */
    static OptConfig from(PretrainedConfig config) {
        refuseRareForms(config);
        int hidden = config.positive("hidden_size", 768);
        boolean before = config.flag("do_layer_norm_before", true);
        return new OptConfig(
                config.positive("vocab_size", 50272),
                config.positive("word_embed_proj_dim", hidden),
                hidden,
                config.positive("num_hidden_layers", 12),
                config.positive("num_attention_heads", 12),
                config.positive("ffn_dim", 3072),
                config.positive("max_position_embeddings", 2048),
                config.paddingRow(-1),
                config.activation("activation_function", "relu"),
                before,
                before && !config.flag("_remove_final_layer_norm", false),
                config.flag("enable_bias", true),
                config.probability("dropout", 0.1),
                config.probability("attention_dropout", 0),
                config.flag("tie_word_embeddings", true),
                config.decimal("init_std", 0.02));
    }

    private static void refuseRareForms(PretrainedConfig config) {
        if (!config.flag("layer_norm_elementwise_affine", true)) {
            throw new UnsupportedFeatureException(
                    "layer_norm_elementwise_affine false is not available in this version. Take an"
                            + " OPT whose norms have weights.");
        }
        if (config.probability("layerdrop", 0) > 0) {
            throw new UnsupportedFeatureException(
                    "layerdrop "
                            + config.probability("layerdrop", 0)
                            + " is not available in this version: no layer is left out in training."
                            + " Set it to 0 (addConfigOverride); outputs do not depend on it.");
        }
    }
}
