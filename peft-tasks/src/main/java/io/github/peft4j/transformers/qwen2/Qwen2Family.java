package io.github.peft4j.transformers.qwen2;

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
import io.github.peft4j.transformers.decoder.RotaryDecoder;
import io.github.peft4j.transformers.part.Rope;

/** Builds Qwen 2 and 2.5: a Llama with biases on queries, keys and values for a head. */
public final class Qwen2Family implements Family {

    private static final DecoderHeads NAMES =
            DecoderHeads.of("Qwen2", "qwen2").withQuestionPrefix("transformer");

    private static final ImmutableMap<String, Object> DEFAULTS =
            ImmutableMap.of(
                    "vocab_size", 151936,
                    "hidden_size", 4096,
                    "num_hidden_layers", 32,
                    "num_attention_heads", 32,
                    "intermediate_size", 22016,
                    "num_key_value_heads", 32);

    /** Creates the family. */
    public Qwen2Family() {}

    @Override
    public ImmutableSet<String> modelTypes() {
        return ImmutableSet.of("qwen2");
    }

    @Override
    public ImmutableSet<AutoClass> heads() {
        return NAMES.heads();
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        PretrainedConfig full = config.withDefaults(DEFAULTS);
        DecoderConfig sizes = DecoderConfig.from(full);
        AttentionConfig attention =
                AttentionConfig.builder(full, sizes)
                        .optBias(true, false)
                        .optWindows(LayerWindows.ofQwen(full, sizes.layers()))
                        .build();
        Rope rope = Rope.from(full, attention.headSize(), 10000, 1);
        RotaryDecoder layers = RotaryDecoder.plain(sizes, attention, rope, false);
        return HeadedDecoder.of(NAMES, full, layers, sizes).parts(head, keys).build();
    }
}
