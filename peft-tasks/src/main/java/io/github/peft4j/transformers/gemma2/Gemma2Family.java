package io.github.peft4j.transformers.gemma2;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.decoder.AttentionConfig;
import io.github.peft4j.transformers.decoder.DecoderConfig;
import io.github.peft4j.transformers.decoder.DecoderHeads;
import io.github.peft4j.transformers.decoder.LayerWindows;
import io.github.peft4j.transformers.decoder.RotaryAttention;
import io.github.peft4j.transformers.decoder.RotaryDecoder;
import io.github.peft4j.transformers.decoder.RotaryFamily;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.family.Family;
import io.github.peft4j.transformers.part.GatedMlp;
import io.github.peft4j.transformers.part.Rope;

/**
 * Builds Gemma 2: four norms a layer, scaled embeddings, scores of attention and of the vocabulary
 * bent below a bound, a sliding window in every other layer.
 */
@AutoService(Family.class)
public final class Gemma2Family extends RotaryFamily {

    private static final String GELU = "gelu_pytorch_tanh";

    private static final DecoderHeads NAMES =
            DecoderHeads.of("Gemma2", "gemma2").without(AutoClass.QUESTION_ANSWERING);

    private static final ImmutableMap<String, Object> DEFAULTS =
            ImmutableMap.<String, Object>builder()
                    .put("vocab_size", 256000)
                    .put("hidden_size", 2304)
                    .put("num_hidden_layers", 26)
                    .put("num_attention_heads", 8)
                    .put("num_key_value_heads", 4)
                    .put("head_dim", 256)
                    .put("intermediate_size", 9216)
                    .put("pad_token_id", 0)
                    .put("tie_word_embeddings", true)
                    .put("hidden_activation", GELU)
                    .put("query_pre_attn_scalar", 256)
                    .put("sliding_window", 4096)
                    .put("attn_logit_softcapping", 50.0)
                    .put("final_logit_softcapping", 30.0)
                    .buildOrThrow();

    /** Creates the family. */
    public Gemma2Family() {
        super("gemma2", NAMES, DEFAULTS);
    }

    /** Old files say {@code hidden_act} too, which does not count. */
    @Override
    protected PretrainedConfig checked(PretrainedConfig config) {
        if (config.flag("use_bidirectional_attention", false)) {
            throw new UnsupportedFeatureException(
                    "use_bidirectional_attention is not available in this version. Take a Gemma 2"
                            + " that is a causal language model.");
        }
        config.activation("hidden_activation", GELU); // refuses under the key that the file has
        return config.with("hidden_act", config.string("hidden_activation").orElse(GELU));
    }

    @Override
    protected AttentionConfig.Builder attention(
            AttentionConfig.Builder plain, PretrainedConfig config, DecoderConfig sizes) {
        boolean bias = config.flag("attention_bias", false);
        return plain.optBias(bias, bias)
                .optScale(1 / Math.sqrt(config.decimal("query_pre_attn_scalar", 256)))
                .optSoftCap(config.decimal("attn_logit_softcapping", 0))
                .optWindows(
                        LayerWindows.byType(
                                config,
                                sizes.layers(),
                                config.integer("sliding_window", 0),
                                i -> i % 2 == 0));
    }

    @Override
    protected RotaryDecoder layers(
            PretrainedConfig config, DecoderConfig sizes, AttentionConfig attention, Rope rope) {
        Integer padding = sizes.padTokenId() < 0 ? null : sizes.padTokenId();
        double scale = Math.sqrt(sizes.hiddenSize());
        return new RotaryDecoder(
                rope,
                new Embedding(sizes.vocabSize(), sizes.hiddenSize(), padding, scale),
                sizes.layers(),
                i -> layer(sizes, attention, i),
                Gemma2Layer.norm(sizes));
    }

    @Override
    protected double softCap(PretrainedConfig config) {
        return config.decimal("final_logit_softcapping", 0);
    }

    private static Gemma2Layer layer(DecoderConfig sizes, AttentionConfig attention, int number) {
        return new Gemma2Layer(
                sizes,
                new RotaryAttention(sizes, attention, number),
                new GatedMlp(
                        sizes.hiddenSize(), sizes.intermediateSize(), sizes.activation(), false));
    }
}
