package io.github.peft4j.transformers.decoder;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.util.Collections;
import java.util.List;

/**
 * Attention of a decoder in Llama's shape.
 *
 * @param heads N, of the queries
 * @param keyValueHeads K, of keys and values
 * @param headSize features of a head
 * @param bias whether queries, keys and values have biases
 * @param outputBias whether the output has one
 * @param headNorms whether each head of queries and keys is normalised
 * @param scale factor on the scores
 * @param softCap bound on the scores, or 0 for none
 * @param dropout probability on attention weights
 * @param windows positions that a query sees, by layer; 0 for all
 */
public record AttentionConfig(
        int heads,
        int keyValueHeads,
        int headSize,
        boolean bias,
        boolean outputBias,
        boolean headNorms,
        double scale,
        double softCap,
        double dropout,
        List<Integer> windows) {

    /** Copies the collections. */
    public AttentionConfig {
        windows = ImmutableList.copyOf(windows);
    }

    /**
     * Starts with what config.json says of heads and dropout; otherwise the plain kind: no biases
     * and norms, scores divided by the root of the head size, all positions seen.
     */
    public static Builder builder(PretrainedConfig config, DecoderConfig sizes) {
        return new Builder(config, sizes);
    }

    /** The attention of a layer, between its projections. */
    public CausalAttention layer(int number) {
        AttentionSpec form =
                AttentionSpec.of(heads, headSize)
                        .withKeyValueHeads(keyValueHeads)
                        .withScale(scale)
                        .withCausal()
                        .withWindow(windows.get(number))
                        .withSoftCap(softCap);
        return new CausalAttention(number, form, dropout);
    }

    /** Builds a config. */
    public static final class Builder {

        private final int heads;
        private final int keyValueHeads;
        private final int headSize;
        private final double dropout;
        private boolean bias;
        private boolean outputBias;
        private boolean headNorms;
        private double scale;
        private double softCap;
        private ImmutableList<Integer> windows;

        private Builder(PretrainedConfig config, DecoderConfig sizes) {
            heads = config.positive("num_attention_heads");
            keyValueHeads = config.positive("num_key_value_heads", heads);
            headSize = config.positive("head_dim", sizes.hiddenSize() / heads);
            if (!config.has("head_dim") && sizes.hiddenSize() % heads != 0) {
                throw new IllegalArgumentException(
                        "hidden_size "
                                + sizes.hiddenSize()
                                + " does not split into num_attention_heads "
                                + heads
                                + ". Correct config.json, or give head_dim.");
            }
            dropout = config.probability("attention_dropout", 0);
            scale = 1 / Math.sqrt(headSize);
            windows = ImmutableList.copyOf(Collections.nCopies(sizes.layers(), 0));
        }

        /** Whether queries, keys and values, and whether the output, have biases. */
        public Builder optBias(boolean inputs, boolean output) {
            bias = inputs;
            outputBias = output;
            return this;
        }

        /** Normalises each head of queries and keys. */
        public Builder optHeadNorms(boolean value) {
            headNorms = value;
            return this;
        }

        /** Factor on the scores. */
        public Builder optScale(double factor) {
            scale = factor;
            return this;
        }

        /** Bound on the scores; 0 for none. */
        public Builder optSoftCap(double cap) {
            softCap = cap;
            return this;
        }

        /** Positions that a query sees, by layer; 0 for all. */
        public Builder optWindows(List<Integer> positions) {
            windows = ImmutableList.copyOf(positions);
            return this;
        }

        /** The config. */
        public AttentionConfig build() {
            return new AttentionConfig(
                    heads,
                    keyValueHeads,
                    headSize,
                    bias,
                    outputBias,
                    headNorms,
                    scale,
                    softCap,
                    dropout,
                    windows);
        }
    }
}
