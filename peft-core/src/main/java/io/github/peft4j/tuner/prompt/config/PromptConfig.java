package io.github.peft4j.tuner.prompt.config;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.HasModulesToSave;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.matching.TargetOptions;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The config of a method that puts virtual tokens in front of a text. Needs a task type. Sizes that
 * it leaves open are taken from the model's config when an adapter is made.
 */
public abstract class PromptConfig extends PeftConfig implements HasModulesToSave {

    /** How many tokens stand in front of a text. */
    protected static final Option<Integer> NUM_VIRTUAL_TOKENS =
            atLeast(0, "num_virtual_tokens")
                    .means("how many tokens stand in front of a text; needed for an adapter");

    /** Stacks that get virtual tokens. */
    protected static final Option<Integer> NUM_TRANSFORMER_SUBMODULES =
            atLeast(1, "num_transformer_submodules")
                    .means("stacks with tokens; null: 2 for SEQ_2_SEQ_LM, else 1");

    /** Features inside a network that makes the prompt; not an option of each method. */
    protected static final Option<Integer> ENCODER_HIDDEN_SIZE =
            atLeast(1, "encoder_hidden_size")
                    .means("features inside the network; null takes `token_dim`");

    static final Option<Integer> TOKEN_DIM =
            atLeast(1, "token_dim").means("features of a token; null takes the model's");

    static final Option<Integer> NUM_ATTENTION_HEADS =
            atLeast(1, "num_attention_heads").means("heads of keys; null takes the model's");

    static final Option<Integer> NUM_LAYERS =
            atLeast(1, "num_layers").means("layers of the model; null takes the model's");

    /** For the configs of the methods. */
    protected PromptConfig(ConfigType<?> type, OptionValues values) {
        super(type, values);
    }

    /** A table with the options that every config has and those of virtual tokens. */
    protected static <C extends PromptConfig> ConfigType<C> promptType(
            String peftType, Class<C> configClass, Function<OptionValues, C> constructor) {
        return ConfigType.of(peftType, configClass, constructor)
                .with(
                        NUM_VIRTUAL_TOKENS,
                        TOKEN_DIM,
                        NUM_TRANSFORMER_SUBMODULES,
                        NUM_ATTENTION_HEADS,
                        NUM_LAYERS,
                        TargetOptions.MODULES_TO_SAVE);
    }

    private static Option<Integer> atLeast(int least, String key) {
        return Option.nullable(key, JsonType.INTEGER)
                .must(value -> value >= least, "at least " + least);
    }

    @Override
    public abstract PromptConfigBuilder<?, ?> toBuilder();

    /** How many tokens stand in front of a text. */
    public final Optional<Integer> numVirtualTokens() {
        return find(NUM_VIRTUAL_TOKENS);
    }

    /** Features of a token, or of all heads of keys. */
    public final Optional<Integer> tokenDim() {
        return find(TOKEN_DIM);
    }

    /** Stacks that get virtual tokens: 2 for an encoder and a decoder, else 1. */
    public final Optional<Integer> numTransformerSubmodules() {
        return find(NUM_TRANSFORMER_SUBMODULES);
    }

    /** Heads of keys. */
    public final Optional<Integer> numAttentionHeads() {
        return find(NUM_ATTENTION_HEADS);
    }

    /** Layers of the model. */
    public final Optional<Integer> numLayers() {
        return find(NUM_LAYERS);
    }

    @Override
    public final List<String> modulesToSave() {
        return find(TargetOptions.MODULES_TO_SAVE).orElse(ImmutableList.of());
    }

    @Override
    public final PromptConfig withModulesToSave(List<String> names) {
        return toBuilder().optModulesToSave(names).build(warning -> {});
    }

    /** This config, {@code token_dim} known, with a network as wide unless it says otherwise. */
    public final PromptConfig withEncoderSize() {
        boolean open = type().has(ENCODER_HIDDEN_SIZE) && find(ENCODER_HIDDEN_SIZE).isEmpty();
        return open ? toBuilder().hiddenSize(get(TOKEN_DIM)).build(warning -> {}) : this;
    }
}
