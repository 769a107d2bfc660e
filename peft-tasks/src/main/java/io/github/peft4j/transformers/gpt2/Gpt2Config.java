package io.github.peft4j.transformers.gpt2;

import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;

/**
 * Sizes of a GPT-2, from config.json, under the names that GPT-2 has for them.
 *
 * @param vocabSize rows of the token embedding
 * @param hiddenSize H ({@code n_embd}), features of a token
 * @param layers {@code n_layer}, number of layers
 * @param heads N ({@code n_head}); must divide H
 * @param intermediateSize {@code n_inner}, features inside the feed-forward part
 * @param maxPositions {@code n_positions}, rows of the position embedding: the longest sequence
 * @param activation of the feed-forward part
 * @param normEps added to the variance in each norm
 * @param scaled whether scores are divided by the root of the head size
 * @param scaledByLayer whether scores of layer i are divided by i + 1
 * @param embeddingDropout probability after the embeddings
 * @param attentionDropout probability on attention weights
 * @param residualDropout probability after attention and feed-forward part
 * @param tied whether the output reads the token embedding
 * @param initializerRange standard deviation of fresh weights
 */
record Gpt2Config(
        int vocabSize,
        int hiddenSize,
        int layers,
        int heads,
        int intermediateSize,
        int maxPositions,
        ActivationFunction activation,
        double normEps,
        boolean scaled,
        boolean scaledByLayer,
        double embeddingDropout,
        double attentionDropout,
        double residualDropout,
        boolean tied,
        double initializerRange) {

    Gpt2Config {
        if (hiddenSize % heads != 0) {
            throw new IllegalArgumentException(
                    "n_embd "
                            + hiddenSize
                            + " does not split into n_head "
                            + heads
                            + ". Correct config.json.");
        }
    }

    /** Reads the sizes; absent keys take GPT-2's defaults. */
    static Gpt2Config from(PretrainedConfig config) {
        if (config.flag("add_cross_attention", false)) {
            throw new UnsupportedFeatureException(
                    "add_cross_attention is not available in this version: a GPT-2 here is a"
                            + " decoder by itself. Take a checkpoint without it.");
        }
        int hidden = config.positive("n_embd", 768);
        return new Gpt2Config(
                config.positive("vocab_size", 50257),
                hidden,
                config.positive("n_layer", 12),
                config.positive("n_head", 12),
                config.positive("n_inner", 4 * hidden),
                config.positive("n_positions", 1024),
                config.activation("activation_function", "gelu_new"),
                config.decimal("layer_norm_epsilon", 1e-5),
                config.flag("scale_attn_weights", true),
                config.flag("scale_attn_by_inverse_layer_idx", false),
                config.probability("embd_pdrop", 0.1),
                config.probability("attn_pdrop", 0.1),
                config.probability("resid_pdrop", 0.1),
                config.flag("tie_word_embeddings", true),
                config.decimal("initializer_range", 0.02));
    }

    /** The attention of a layer. */
    AttentionSpec attention(int layer) {
        double byHead = scaled ? 1 / Math.sqrt((double) hiddenSize / heads) : 1;
        double byLayer = scaledByLayer ? 1.0 / (layer + 1) : 1;
        return AttentionSpec.of(heads, hiddenSize / heads).withScale(byHead * byLayer).withCausal();
    }
}
