package io.github.peft4j.tuner.prompt;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.tuner.prompt.config.PromptConfig;
import io.github.peft4j.tuner.prompt.config.PromptConfigBuilder;
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
     * The config with every size but the number of tokens filled in.
     *
     * @throws IllegalArgumentException if the model's config has no number for one
     */
    PromptConfig fill(PromptConfig config, TaskType task) {
        PromptConfigBuilder<?, ?> filled = config.toBuilder();
        if (config.numLayers().isEmpty()) {
            filled.optNumLayers(require("num_layers", LAYERS));
        }
        if (config.tokenDim().isEmpty()) {
            filled.optTokenDim(require("token_dim", FEATURES));
        }
        if (config.numAttentionHeads().isEmpty()) {
            filled.optNumAttentionHeads(require("num_attention_heads", HEADS));
        }
        if (config.numTransformerSubmodules().isEmpty()) {
            filled.optNumTransformerSubmodules(task.transformerSubmodules());
        }
        return filled.build(warning -> {});
    }

    /**
     * The config for keys and values in place of embeddings: where several heads of queries share
     * one of keys, {@code token_dim} and {@code num_attention_heads} are those of the keys,
     * whatever the config says.
     *
     * @param filled every size but the number of tokens is there
     */
    public PromptConfig forKeys(PromptConfig filled) {
        Optional<Integer> heads = integer("num_key_value_heads");
        if (heads.isEmpty()) {
            return filled;
        }
        int shared = filled.tokenDim().orElseThrow() / filled.numAttentionHeads().orElseThrow();
        int size = integer("head_dim").orElse(shared);
        return filled.toBuilder()
                .optTokenDim(size * heads.get())
                .optNumAttentionHeads(heads.get())
                .build(warning -> {});
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
