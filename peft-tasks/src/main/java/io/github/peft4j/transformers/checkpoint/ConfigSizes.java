package io.github.peft4j.transformers.checkpoint;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.io.checkpoint.Checkpoint;
import java.io.IOException;
import java.util.Arrays;

/**
 * Compares the sizes in config.json with the weights before anything is made of them: layers are
 * objects, and positions are computed, long before a tensor is read.
 */
public final class ConfigSizes {

    private static final ImmutableSet<String> LAYERS =
            ImmutableSet.of(
                    "num_hidden_layers",
                    "num_layers",
                    "num_decoder_layers",
                    "encoder_layers",
                    "decoder_layers",
                    "n_layer",
                    "n_layers");

    private static final ImmutableSet<String> WIDTHS =
            ImmutableSet.of(
                    "hidden_size",
                    "embedding_size",
                    "intermediate_size",
                    "head_dim",
                    "num_attention_heads",
                    "num_key_value_heads",
                    "n_embd",
                    "n_inner",
                    "n_head",
                    "n_heads",
                    "dim",
                    "hidden_dim",
                    "d_model",
                    "d_kv",
                    "d_ff",
                    "num_heads",
                    "ffn_dim",
                    "word_embed_proj_dim",
                    "encoder_ffn_dim",
                    "decoder_ffn_dim",
                    "encoder_attention_heads",
                    "decoder_attention_heads");

    private static final ImmutableSet<String> COUNTS =
            ImmutableSet.of(
                    "vocab_size", "type_vocab_size", "max_position_embeddings", "n_positions");

    /** Far more tokens or positions than any model has. */
    private static final long MOST = 1L << 30;

    private ConfigSizes() {}

    /**
     * Checks that there are not more layers than tensors, and nothing wider than each tensor.
     *
     * @throws IOException that names key, value and file
     */
    public static void check(PretrainedConfig config, Checkpoint checkpoint) throws IOException {
        int tensors = checkpoint.names().size();
        long widest =
                checkpoint.names().stream()
                        .flatMapToLong(name -> Arrays.stream(checkpoint.shape(name).getShape()))
                        .max()
                        .orElse(0);
        for (String key : LAYERS) {
            if (config.exceeds(key, tensors)) {
                throw new IOException(
                        config.mismatch(key, "its weights have " + tensors + " tensors"));
            }
        }
        for (String key : WIDTHS) {
            if (config.exceeds(key, widest)) {
                throw new IOException(
                        config.mismatch(key, "no tensor of its weights is wider than " + widest));
            }
        }
        for (String key : COUNTS) {
            if (config.exceeds(key, MOST)) {
                throw new IOException(config.mismatch(key, "no model has more than " + MOST));
            }
        }
    }
}
