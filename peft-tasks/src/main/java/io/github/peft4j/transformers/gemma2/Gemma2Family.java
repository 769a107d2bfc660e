package io.github.peft4j.transformers.gemma2;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.transformers.AutoClass;
import io.github.peft4j.transformers.CheckpointKeys;
import io.github.peft4j.transformers.Family;
import io.github.peft4j.transformers.FamilyParts;
import io.github.peft4j.transformers.PretrainedConfig;
import io.github.peft4j.transformers.decoder.AttentionConfig;
import io.github.peft4j.transformers.decoder.DecoderConfig;
import io.github.peft4j.transformers.decoder.DecoderHeads;
import io.github.peft4j.transformers.decoder.HeadedDecoder;
import io.github.peft4j.transformers.decoder.LayerWindows;
import io.github.peft4j.transformers.decoder.RotaryAttention;
import io.github.peft4j.transformers.decoder.RotaryDecoder;
import io.github.peft4j.transformers.part.GatedMlp;
import io.github.peft4j.transformers.part.Rope;

/**
 * Builds Gemma 2 for a head: four norms a layer, scaled embeddings, scores of attention and of the
 * vocabulary bent below a bound, a sliding window in every other layer.
 */
public final class Gemma2Family implements Family {

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
                    .put("hidden_activation", "gelu_pytorch_tanh")
                    .put("query_pre_attn_scalar", 256)
                    .put("sliding_window", 4096)
                    .put("attn_logit_softcapping", 50.0)
                    .put("final_logit_softcapping", 30.0)
                    .buildOrThrow();

    /** Creates the family. */
    public Gemma2Family() {}

    @Override
    public ImmutableSet<String> modelTypes() {
        return ImmutableSet.of("gemma2");
    }

    @Override
    public ImmutableSet<AutoClass> heads() {
        return NAMES.heads();
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        PretrainedConfig full = withDefaults(config);
        DecoderConfig sizes = DecoderConfig.from(full);
        AttentionConfig attention = attention(full, sizes);
        Integer padding = sizes.padTokenId() < 0 ? null : sizes.padTokenId();
        Embedding words =
                new Embedding(
                        sizes.vocabSize(),
                        sizes.hiddenSize(),
                        padding,
                        Math.sqrt(sizes.hiddenSize()));
        RotaryDecoder layers =
                new RotaryDecoder(
                        Rope.from(full, attention.headSize(), 10000, 1),
                        words,
                        sizes.layers(),
                        i -> layer(sizes, attention, i),
                        Gemma2Layer.norm(sizes));
        return HeadedDecoder.of(NAMES, full, layers, sizes)
                .withSoftCap(full.decimal("final_logit_softcapping", 0))
                .parts(head, keys)
                .build();
    }

    /** Old files say {@code hidden_act} too, which does not count. */
    private static PretrainedConfig withDefaults(PretrainedConfig config) {
        if (config.flag("use_bidirectional_attention", false)) {
            throw new UnsupportedFeatureException(
                    "use_bidirectional_attention is not available in this version. Take a Gemma 2"
                            + " that is a causal language model.");
        }
        PretrainedConfig full = config.withDefaults(DEFAULTS);
        return full.with(
                "hidden_act", full.string("hidden_activation").orElse("gelu_pytorch_tanh"));
    }

    private static AttentionConfig attention(PretrainedConfig config, DecoderConfig sizes) {
        boolean bias = config.flag("attention_bias", false);
        return AttentionConfig.builder(config, sizes)
                .optBias(bias, bias)
                .optScale(1 / Math.sqrt(config.decimal("query_pre_attn_scalar", 256)))
                .optSoftCap(config.decimal("attn_logit_softcapping", 0))
                .optWindows(
                        LayerWindows.byType(
                                config,
                                sizes.layers(),
                                config.integer("sliding_window", 0),
                                i -> i % 2 == 0))
                .build();
    }

    private static Gemma2Layer layer(DecoderConfig sizes, AttentionConfig attention, int number) {
        return new Gemma2Layer(
                sizes,
                new RotaryAttention(sizes, attention, number),
                new GatedMlp(
                        sizes.hiddenSize(), sizes.intermediateSize(), sizes.activation(), false));
    }
}
