package io.github.peft4j.transformers.qwen2;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.decoder.AttentionConfig;
import io.github.peft4j.transformers.decoder.DecoderConfig;
import io.github.peft4j.transformers.decoder.DecoderHeads;
import io.github.peft4j.transformers.decoder.LayerWindows;
import io.github.peft4j.transformers.decoder.RotaryFamily;
import io.github.peft4j.transformers.family.Family;

/**
 * Builds Qwen 2 and 2.5: a Llama with biases of queries, keys and values, and a sliding window in
 * some layers.
 */
@AutoService(Family.class)
public final class Qwen2Family extends RotaryFamily {

    /** Creates the family. */
    public Qwen2Family() {
        super(
                "qwen2",
                DecoderHeads.of("Qwen2", "qwen2").withQuestionPrefix("transformer"),
                ImmutableMap.of(
                        "vocab_size", 151936,
                        "hidden_size", 4096,
                        "num_hidden_layers", 32,
                        "num_attention_heads", 32,
                        "intermediate_size", 22016,
                        "num_key_value_heads", 32));
    }

    @Override
    protected AttentionConfig.Builder attention(
            AttentionConfig.Builder plain, PretrainedConfig config, DecoderConfig sizes) {
        return plain.optBias(true, false).optWindows(LayerWindows.ofQwen(config, sizes.layers()));
    }
}
