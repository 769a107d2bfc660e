package io.github.peft4j.transformers.phi3;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.decoder.AttentionConfig;
import io.github.peft4j.transformers.decoder.DecoderConfig;
import io.github.peft4j.transformers.decoder.DecoderHeads;
import io.github.peft4j.transformers.decoder.LayerWindows;
import io.github.peft4j.transformers.decoder.PreNormLayer;
import io.github.peft4j.transformers.decoder.RotaryDecoder;
import io.github.peft4j.transformers.decoder.RotaryFamily;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.family.Family;
import io.github.peft4j.transformers.part.Rope;

/** Builds Phi-3 and Phi-3.5: a Llama with fused projections and a sliding window. */
@AutoService(Family.class)
public final class Phi3Family extends RotaryFamily {

    /** Creates the family. */
    public Phi3Family() {
        super(
                "phi3",
                DecoderHeads.of("Phi3", "phi3").without(AutoClass.QUESTION_ANSWERING),
                ImmutableMap.of(
                        "vocab_size", 32064,
                        "hidden_size", 3072,
                        "num_hidden_layers", 32,
                        "num_attention_heads", 32,
                        "intermediate_size", 8192,
                        "rms_norm_eps", 1e-5,
                        "pad_token_id", 32000));
    }

    @Override
    protected AttentionConfig.Builder attention(
            AttentionConfig.Builder plain, PretrainedConfig config, DecoderConfig sizes) {
        int window = config.integer("sliding_window", 0);
        return plain.optWindows(LayerWindows.all(sizes.layers(), window));
    }

    @Override
    protected RotaryDecoder layers(
            PretrainedConfig config, DecoderConfig sizes, AttentionConfig attention, Rope rope) {
        double dropout = config.probability("resid_pdrop", 0);
        return RotaryDecoder.of(
                sizes,
                rope,
                i ->
                        new PreNormLayer(
                                sizes,
                                new Phi3Attention(sizes, attention, i),
                                new Phi3Mlp(sizes),
                                dropout));
    }
}
