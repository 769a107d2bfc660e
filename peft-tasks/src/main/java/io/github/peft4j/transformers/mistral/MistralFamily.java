package io.github.peft4j.transformers.mistral;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.decoder.AttentionConfig;
import io.github.peft4j.transformers.decoder.DecoderConfig;
import io.github.peft4j.transformers.decoder.DecoderHeads;
import io.github.peft4j.transformers.decoder.LayerWindows;
import io.github.peft4j.transformers.decoder.RotaryFamily;
import io.github.peft4j.transformers.family.Family;

/** Builds Mistral: a Llama whose layers all see a sliding window of positions. */
@AutoService(Family.class)
public final class MistralFamily extends RotaryFamily {

    /** Creates the family. */
    public MistralFamily() {
        super(
                "mistral",
                DecoderHeads.of("Mistral", "mistral"),
                ImmutableMap.of(
                        "vocab_size", 32000,
                        "hidden_size", 4096,
                        "num_hidden_layers", 32,
                        "num_attention_heads", 32,
                        "intermediate_size", 14336,
                        "num_key_value_heads", 8,
                        "sliding_window", 4096));
    }

    @Override
    protected AttentionConfig.Builder attention(
            AttentionConfig.Builder plain, PretrainedConfig config, DecoderConfig sizes) {
        int window = config.integer("sliding_window", 0);
        return plain.optWindows(LayerWindows.all(sizes.layers(), window));
    }
}
