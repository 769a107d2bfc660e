package io.github.peft4j.transformers.llama;

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
import io.github.peft4j.transformers.decoder.RotaryDecoder;
import io.github.peft4j.transformers.part.Rope;

/** Builds Llama for a head. */
public final class LlamaFamily implements Family {

    private static final DecoderHeads NAMES =
            DecoderHeads.of("Llama", "llama").withQuestionPrefix("transformer");

    private static final ImmutableMap<String, Object> DEFAULTS =
            ImmutableMap.of(
                    "vocab_size", 32000,
                    "hidden_size", 4096,
                    "num_hidden_layers", 32,
                    "num_attention_heads", 32,
                    "intermediate_size", 11008);

    /** Creates the family. */
    public LlamaFamily() {}

    @Override
    public ImmutableSet<String> modelTypes() {
        return ImmutableSet.of("llama");
    }

    @Override
    public ImmutableSet<AutoClass> heads() {
        return NAMES.heads();
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        PretrainedConfig full = config.withDefaults(DEFAULTS);
        DecoderConfig sizes = DecoderConfig.from(full);
        boolean bias = full.flag("attention_bias", false);
        AttentionConfig attention =
                AttentionConfig.builder(full, sizes).optBias(bias, bias).build();
        Rope rope = Rope.from(full, attention.headSize(), 10000, 1);
        RotaryDecoder layers =
                RotaryDecoder.plain(sizes, attention, rope, full.flag("mlp_bias", false));
        return HeadedDecoder.of(NAMES, full, layers, sizes).parts(head, keys).build();
    }
}
