package io.github.peft4j.transformers.bert;

import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.transformers.PretrainedConfig;

/**
 * Sizes of a BERT, from config.json.
 *
 * @param vocabSize rows of the word embedding
 * @param hiddenSize H, features of a token
 * @param layers number of encoder layers
 * @param heads N; must divide H
 * @param intermediateSize features inside the feed-forward part
 * @param maxPositions rows of the position embedding: the longest sequence
 * @param typeVocabSize rows of the token type embedding
 * @param padTokenId the word embedding's row without a gradient
 * @param activation of the feed-forward part
 * @param layerNormEps added to the variance in each norm
 * @param hiddenDropout probability after embeddings, attention and feed-forward part
 * @param attentionDropout probability on attention weights
 * @param initializerRange standard deviation of fresh weights
 */
record BertConfig(
        int vocabSize,
        int hiddenSize,
        int layers,
        int heads,
        int intermediateSize,
        int maxPositions,
        int typeVocabSize,
        int padTokenId,
        ActivationFunction activation,
        double layerNormEps,
        double hiddenDropout,
        double attentionDropout,
        double initializerRange) {

    BertConfig {
        if (hiddenSize % heads != 0) {
            throw new IllegalArgumentException(
                    "hidden_size "
                            + hiddenSize
                            + " does not split into num_attention_heads "
                            + heads
                            + ". Correct config.json.");
        }
    }

    /** Reads the sizes; absent keys take BERT's defaults. */
    static BertConfig from(PretrainedConfig config) {
        return new BertConfig(
                config.positive("vocab_size", 30522),
                config.positive("hidden_size", 768),
                config.positive("num_hidden_layers", 12),
                config.positive("num_attention_heads", 12),
                config.positive("intermediate_size", 3072),
                config.positive("max_position_embeddings", 512),
                config.positive("type_vocab_size", 2),
                config.integer("pad_token_id", 0),
                ActivationFunction.of(config.string("hidden_act").orElse("gelu")),
                config.decimal("layer_norm_eps", 1e-12),
                config.decimal("hidden_dropout_prob", 0.1),
                config.decimal("attention_probs_dropout_prob", 0.1),
                config.decimal("initializer_range", 0.02));
    }
}
