package io.github.peft4j.transformers.gptneox;

import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.part.Rope;

/**
 * Sizes of a GPT-NeoX, from config.json.
 *
 * @param vocabSize rows of the token embedding
 * @param hiddenSize H, features of a token
 * @param layers number of layers
 * @param heads N; must divide H
 * @param intermediateSize features inside the feed-forward part
 * @param activation of the feed-forward part
 * @param normEps added to the variance in each norm
 * @param attentionBias whether the projections of attention have biases
 * @param parallel whether the feed-forward part reads the layer's input, not attention's sum
 * @param dropout probability after embeddings, attention and feed-forward part
 * @param attentionDropout probability on attention weights
 * @param rope how queries and keys turn
 * @param tied whether the output reads the token embedding
 * @param initializerRange standard deviation of fresh weights
 */
record GptNeoXConfig(
        int vocabSize,
        int hiddenSize,
        int layers,
        int heads,
        int intermediateSize,
        ActivationFunction activation,
        double normEps,
        boolean attentionBias,
        boolean parallel,
        double dropout,
        double attentionDropout,
        Rope rope,
        boolean tied,
        double initializerRange) {

    GptNeoXConfig {
        if (hiddenSize % heads != 0) {
            throw new IllegalArgumentException(
                    "hidden_size "
                            + hiddenSize
                            + " does not split into num_attention_heads "
                            + heads
                            + ". Correct config.json.");
        }
    }

    /** Reads the sizes; absent keys take GPT-NeoX's defaults. */
    static GptNeoXConfig from(PretrainedConfig config) {
        int hidden = config.positive("hidden_size", 6144);
        int heads = config.positive("num_attention_heads", 64);
        double theta = config.decimal("rotary_emb_base", 10000);
        double share = config.decimal("rotary_pct", 0.25);
        // This family has keys of its own for what others call so.
        PretrainedConfig turning =
                config.with("rope_theta", theta).with("partial_rotary_factor", share);
        return new GptNeoXConfig(
                config.positive("vocab_size", 50432),
                hidden,
                config.positive("num_hidden_layers", 44),
                heads,
                config.positive("intermediate_size", 24576),
                config.activation("hidden_act", "gelu"),
                config.decimal("layer_norm_eps", 1e-5),
                config.flag("attention_bias", true),
                config.flag("use_parallel_residual", true),
                config.probability("hidden_dropout", 0),
                config.probability("attention_dropout", 0),
                Rope.from(turning, hidden / heads, theta, share),
                config.flag("tie_word_embeddings", false),
                config.decimal("initializer_range", 0.02));
    }

    /** Features of a head. */
    int headSize() {
        return hiddenSize / heads;
    }
}
