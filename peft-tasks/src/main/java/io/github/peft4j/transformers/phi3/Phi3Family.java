package io.github.peft4j.transformers.phi3;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
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
import io.github.peft4j.transformers.decoder.PreNormLayer;
import io.github.peft4j.transformers.decoder.RotaryDecoder;
import io.github.peft4j.transformers.part.Rope;

/** Builds Phi-3 and Phi-3.5 for a head. */
public final class Phi3Family implements Family {

    private static final DecoderHeads NAMES =
            DecoderHeads.of("Phi3", "phi3").without(AutoClass.QUESTION_ANSWERING);

    private static final ImmutableMap<String, Object> DEFAULTS =
            ImmutableMap.of(
                    "vocab_size", 32064,
                    "hidden_size", 3072,
                    "num_hidden_layers", 32,
                    "num_attention_heads", 32,
                    "intermediate_size", 8192,
                    "rms_norm_eps", 1e-5,
                    "pad_token_id", 32000);

    /** Creates the family. */
    public Phi3Family() {}

    @Override
    public ImmutableSet<String> modelTypes() {
        return ImmutableSet.of("phi3");
    }

    @Override
    public ImmutableSet<AutoClass> heads() {
        return NAMES.heads();
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        PretrainedConfig full = config.withDefaults(DEFAULTS);
        DecoderConfig sizes = DecoderConfig.from(full);
        int window = full.integer("sliding_window", 0);
        AttentionConfig attention =
                AttentionConfig.builder(full, sizes)
                        .optWindows(LayerWindows.all(sizes.layers(), window))
                        .build();
        double dropout = full.decimal("resid_pdrop", 0);
        RotaryDecoder layers =
                RotaryDecoder.of(
                        sizes,
                        Rope.from(full, attention.headSize(), 10000, 1),
                        i ->
                                new PreNormLayer(
                                        sizes,
                                        new Phi3Attention(sizes, attention, i),
                                        new Phi3Mlp(sizes),
                                        dropout));
        return HeadedDecoder.of(NAMES, full, layers, sizes).parts(head, keys).build();
    }
}
