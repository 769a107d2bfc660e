package io.github.peft4j.transformers.distilbert;

import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.encoder.EncoderConfig;
import io.github.peft4j.transformers.encoder.EncoderSpec;

/** Sizes of a DistilBERT, from config.json, whose keys are its own. */
final class DistilBertConfig {

    /** Written into the Python code: no key changes it. */
    private static final double NORM_EPS = 1e-12;

    private DistilBertConfig() {}

    /** Reads the sizes; absent keys take DistilBERT's defaults. */
    static EncoderConfig from(PretrainedConfig config) {
        EncoderSpec form =
                new EncoderSpec(
                        config.positive("n_layers", 6),
                        config.positive("dim", 768),
                        config.positive("n_heads", 12),
                        config.positive("hidden_dim", 3072),
                        config.activation("activation", "gelu"),
                        NORM_EPS,
                        config.probability("dropout", 0.1),
                        config.probability("attention_dropout", 0.1));
        return new EncoderConfig(
                config.positive("vocab_size", 30522),
                config.positive("max_position_embeddings", 512),
                0,
                EncoderConfig.padTokenId(config, 0),
                form,
                config.decimal("initializer_range", 0.02));
    }
}
