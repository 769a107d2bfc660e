package io.github.peft4j.tuner.prompt;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInfo;
import java.util.Map;
import java.util.Optional;

/** Takes what a config leaves open from the model's config, by PEFT's names and in its order. */
public final class ModelDimensions {

    private static final ImmutableList<String> LAYERS =
            ImmutableList.of(
                    "num_hidden_layers", "num_layers", "n_layer", "n_layers", "encoder_layers");

    /** DistilBERT's {@code dim} is not among PEFT's names, so PEFT has to be told. */
    private static final ImmutableList<String> FEATURES =
            ImmutableList.of("hidden_size", "n_embd", "d_model", "dim");

    private static final ImmutableList<String> HEADS =
            ImmutableList.of(
                    "num_attention_heads",
                    "n_head",
                    "num_heads",
                    "encoder_attention_heads",
                    "n_heads");

    private final Map<?, ?> config;
    private final String model;

    private ModelDimensions(Map<?, ?> config, String model) {
        this.config = config;
        this.model = model;
    }

    /** Those of a model; of one with several parts, those of its text part. */
    public static ModelDimensions of(ModelInfo info) {
        Object text = info.config().get("text_config");
        return new ModelDimensions(
                text instanceof Map<?, ?> part ? part : info.config(), info.className());
    }

    /**
     * The fields with every one but the number of tokens filled in.
     *
     * @throws IllegalArgumentException if the model's config has no number for one
     */
    public VirtualTokens fill(VirtualTokens tokens, TaskType task) {
        VirtualTokens filled = tokens;
        if (filled.numLayers() == null) {
            filled = filled.withNumLayers(require("num_layers", LAYERS));
        }
        if (filled.tokenDim() == null) {
            filled = filled.withTokenDim(require("token_dim", FEATURES));
        }
        if (filled.numAttentionHeads() == null) {
            filled = filled.withNumAttentionHeads(require("num_attention_heads", HEADS));
        }
        if (filled.numTransformerSubmodules() == null) {
            filled = filled.withNumTransformerSubmodules(task.transformerSubmodules());
        }
        return filled;
    }

    /**
     * The fields for keys and values in place of embeddings: where several heads of queries share
     * one of keys, {@code token_dim} and {@code num_attention_heads} are those of the keys,
     * whatever the config says.
     *
     * @param filled every field but the number of tokens is there
     */
    public VirtualTokens forKeys(VirtualTokens filled) {
        Integer heads = integer("num_key_value_heads").orElse(null);
        Integer dim = filled.tokenDim();
        Integer queries = filled.numAttentionHeads();
        if (heads == null || dim == null || queries == null) {
            return filled;
        }
        int size = integer("head_dim").orElse(dim / queries);
        return filled.withTokenDim(size * heads).withNumAttentionHeads(heads);
    }

    private int require(String field, ImmutableList<String> keys) {
        return keys.stream()
                .map(this::integer)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "The config of "
                                                + model
                                                + " has none of "
                                                + keys
                                                + ". Please specify "
                                                + field
                                                + " in the adapter's config."));
    }

    private Optional<Integer> integer(String key) {
        return config.get(key) instanceof Number number
                ? Optional.of(number.intValue())
                : Optional.empty();
    }
}
