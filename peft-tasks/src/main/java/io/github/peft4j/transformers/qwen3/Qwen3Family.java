package io.github.peft4j.transformers.qwen3;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.decoder.AttentionConfig;
import io.github.peft4j.transformers.decoder.DecoderConfig;
import io.github.peft4j.transformers.decoder.DecoderHeads;
import io.github.peft4j.transformers.decoder.LayerWindows;
import io.github.peft4j.transformers.decoder.RotaryFamily;
import io.github.peft4j.transformers.family.Family;

/** Builds Qwen 3: a Llama that normalises each head of queries and keys. */
@AutoService(Family.class)
public final class Qwen3Family extends RotaryFamily {

    /** Creates the family. */
    public Qwen3Family() {
        super(
                "qwen3",
                DecoderHeads.of("Qwen3", "qwen3").withQuestionPrefix("transformer"),
                ImmutableMap.of(
                        "vocab_size", 151936,
                        "hidden_size", 4096,
                        "num_hidden_layers", 32,
                        "num_attention_heads", 32,
                        "intermediate_size", 22016,
                        "num_key_value_heads", 32,
                        "head_dim", 128));
    }

    @Override
    protected AttentionConfig.Builder attention(
            AttentionConfig.Builder plain, PretrainedConfig config, DecoderConfig sizes) {
        boolean bias = config.flag("attention_bias", false);
        return plain.optBias(bias, bias)
                .optHeadNorms(true)
                .optWindows(LayerWindows.ofQwen(config, sizes.layers()));
    }
}
