package io.github.peft4j.transformers.encoder;

import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;

/**
 * Sizes of an encoder's layers.
 *
 * @param layers how many there are
 * @param hiddenSize H, features of a token
 * @param heads N; must divide H
 * @param intermediateSize features inside the feed-forward part
 * @param activation of the feed-forward part
 * @param normEps added to the variance in each norm
 * @param hiddenDropout probability after embeddings, attention and feed-forward part
 * @param attentionDropout probability on attention weights
 */
public record EncoderSpec(
        int layers,
        int hiddenSize,
        int heads,
        int intermediateSize,
        ActivationFunction activation,
        double normEps,
        double hiddenDropout,
        double attentionDropout) {

    /** BERT's sizes, which most families take as their defaults. */
    public static final EncoderSpec BASE =
            new EncoderSpec(12, 768, 12, 3072, ActivationFunction.GELU, 1e-12, 0.1, 0.1);

    /** Refuses heads that do not divide H. */
    public EncoderSpec {
        if (hiddenSize % heads != 0) {
            throw new IllegalArgumentException(
                    "hidden_size "
                            + hiddenSize
                            + " does not split into num_attention_heads "
                            + heads
                            + ". Correct config.json.");
        }
    }

    /** Reads the sizes under BERT's keys; absent ones take these defaults. */
    public static EncoderSpec from(PretrainedConfig config, EncoderSpec defaults) {
        return new EncoderSpec(
                config.positive("num_hidden_layers", defaults.layers),
                config.positive("hidden_size", defaults.hiddenSize),
                config.positive("num_attention_heads", defaults.heads),
                config.positive("intermediate_size", defaults.intermediateSize),
                config.has("hidden_act")
                        ? config.activation("hidden_act", "")
                        : defaults.activation,
                config.decimal("layer_norm_eps", defaults.normEps),
                config.probability("hidden_dropout_prob", defaults.hiddenDropout),
                config.probability("attention_probs_dropout_prob", defaults.attentionDropout));
    }

    /** Attention of every token over its whole sequence. */
    public AttentionSpec attention() {
        return AttentionSpec.of(heads, hiddenSize / heads);
    }
}
