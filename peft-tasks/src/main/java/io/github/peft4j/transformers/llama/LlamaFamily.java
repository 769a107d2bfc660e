package io.github.peft4j.transformers.llama;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.decoder.AttentionConfig;
import io.github.peft4j.transformers.decoder.DecoderConfig;
import io.github.peft4j.transformers.decoder.DecoderHeads;
import io.github.peft4j.transformers.decoder.RotaryDecoder;
import io.github.peft4j.transformers.decoder.RotaryFamily;
import io.github.peft4j.transformers.family.Family;
import io.github.peft4j.transformers.part.Rope;

/** Builds Llama. */
@AutoService(Family.class)
public final class LlamaFamily extends RotaryFamily {

    /** Creates the family. */
    public LlamaFamily() {
        super(
                "llama",
                DecoderHeads.of("Llama", "llama").withQuestionPrefix("transformer"),
                ImmutableMap.of(
                        "vocab_size", 32000,
                        "hidden_size", 4096,
                        "num_hidden_layers", 32,
                        "num_attention_heads", 32,
                        "intermediate_size", 11008));
    }

    @Override
    protected AttentionConfig.Builder attention(
            AttentionConfig.Builder plain, PretrainedConfig config, DecoderConfig sizes) {
        boolean bias = config.flag("attention_bias", false);
        return plain.optBias(bias, bias);
    }

    @Override
    protected RotaryDecoder layers(
            PretrainedConfig config, DecoderConfig sizes, AttentionConfig attention, Rope rope) {
        return RotaryDecoder.plain(sizes, attention, rope, config.flag("mlp_bias", false));
    }
}
