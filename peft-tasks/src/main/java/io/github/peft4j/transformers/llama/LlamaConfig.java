package io.github.peft4j.transformers.llama;

import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.transformers.PretrainedConfig;
import io.github.peft4j.transformers.part.Rope;

/**
 * Sizes of a Llama, from config.json.
 *
 * @param vocabSize rows of the token embedding
 * @param hiddenSize H, features of a token
 * @param layers number of decoder layers
 * @param heads N, of the queries
 * @param keyValueHeads K, of keys and values
 * @param headSize features of a head
 * @param intermediateSize features inside the feed-forward part
 * @param padTokenId the token embedding's row without a gradient, or -1
 * @param activation of the feed-forward part
 * @param normEps added to the mean square in each norm
 * @param attentionBias whether the projections of attention have biases
 * @param mlpBias whether those of the feed-forward part have
 * @param attentionDropout probability on attention weights
 * @param rope how queries and keys turn
 * @param tied whether the output reads the token embedding
 * @param initializerRange standard deviation of fresh weights
 */
record LlamaConfig(
        int vocabSize,
        int hiddenSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        int intermediateSize,
        int padTokenId,
        ActivationFunction activation,
        double normEps,
        boolean attentionBias,
        boolean mlpBias,
        double attentionDropout,
        Rope rope,
        boolean tied,
        double initializerRange) {

    /** Reads the sizes; absent keys take Llama's defaults. */
    static LlamaConfig from(PretrainedConfig config) {
        int hidden = config.positive("hidden_size", 4096);
        int heads = config.positive("num_attention_heads", 32);
        int headSize = config.positive("head_dim", hidden / heads);
        return new LlamaConfig(
                config.positive("vocab_size", 32000),
                hidden,
                config.positive("num_hidden_layers", 32),
                heads,
                config.positive("num_key_value_heads", heads),
                headSize,
                config.positive("intermediate_size", 11008),
                config.integer("pad_token_id", -1),
                ActivationFunction.of(config.string("hidden_act").orElse("silu")),
                config.decimal("rms_norm_eps", 1e-6),
                config.flag("attention_bias", false),
                config.flag("mlp_bias", false),
                config.decimal("attention_dropout", 0),
                Rope.from(config, headSize, 10000, 1),
                config.flag("tie_word_embeddings", false),
                config.decimal("initializer_range", 0.02));
    }
}
