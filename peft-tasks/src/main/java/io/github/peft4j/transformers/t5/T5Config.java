package io.github.peft4j.transformers.t5;

import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;

/**
 * Sizes of a T5, from config.json.
 *
 * @param vocabSize rows of the token embedding
 * @param hiddenSize H, features of a token
 * @param headSize features of a head; heads times headSize need not be H
 * @param intermediateSize features inside the feed-forward part
 * @param layers number of encoder layers
 * @param decoderLayers number of decoder layers
 * @param heads N
 * @param buckets of distances between positions
 * @param maxDistance from here on all distances share a bucket
 * @param activation of the feed-forward part
 * @param gated whether that part has a gate
 * @param normEps added to the mean square in each norm
 * @param dropout probability everywhere but in the head
 * @param classifierDropout probability in the head
 * @param scalesOutput whether the decoder's output is multiplied by {@code H^-0.5} before it is
 *     scored
 * @param initializerFactor on the standard deviation of fresh weights
 */
record T5Config(
        int vocabSize,
        int hiddenSize,
        int headSize,
        int intermediateSize,
        int layers,
        int decoderLayers,
        int heads,
        int buckets,
        int maxDistance,
        ActivationFunction activation,
        boolean gated,
        double normEps,
        double dropout,
        double classifierDropout,
        boolean scalesOutput,
        double initializerFactor) {

    /** The key that says whether the decoder's outputs are scaled before the output layer. */
    static final String SCALES_OUTPUT = "scale_decoder_outputs";

    /** Reads the sizes; absent keys take the defaults of T5, or of mT5. */
    static T5Config from(PretrainedConfig config) {
        boolean multilingual = config.modelType().equals("mt5");
        String form =
                config.string("feed_forward_proj").orElse(multilingual ? "gated-gelu" : "relu");
        boolean gated = form.startsWith("gated-");
        String function = gated ? form.substring("gated-".length()) : form;
        // Of the gated form alone, "gelu" has always meant its tanh approximation.
        String usual = form.equals("gated-gelu") ? "gelu_new" : function;
        int layers = config.positive("num_layers", multilingual ? 8 : 6);
        return new T5Config(
                config.positive("vocab_size", multilingual ? 250112 : 32128),
                config.positive("d_model", 512),
                config.positive("d_kv", 64),
                config.positive("d_ff", multilingual ? 1024 : 2048),
                layers,
                config.positive("num_decoder_layers", layers),
                config.positive("num_heads", multilingual ? 6 : 8),
                config.positive("relative_attention_num_buckets", 32),
                config.positive("relative_attention_max_distance", 128),
                config.activation("dense_act_fn", usual),
                config.flag("is_gated_act", gated),
                config.decimal("layer_norm_epsilon", 1e-6),
                config.probability("dropout_rate", 0.1),
                config.probability("classifier_dropout", 0),
                !multilingual && config.flag(SCALES_OUTPUT, true),
                config.decimal("initializer_factor", 1));
    }
}
