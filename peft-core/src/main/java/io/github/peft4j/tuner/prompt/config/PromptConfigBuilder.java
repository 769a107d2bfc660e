package io.github.peft4j.tuner.prompt.config;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.PeftConfigBuilder;
import io.github.peft4j.matching.TargetOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds the config of a prompt method.
 *
 * @param <C> the config
 * @param <B> the concrete builder, returned by each setter
 */
public abstract class PromptConfigBuilder<
                C extends PromptConfig, B extends PromptConfigBuilder<C, B>>
        extends PeftConfigBuilder<C, B> {

    /** For the builders of the methods. */
    protected PromptConfigBuilder(ConfigType<C> type) {
        super(type);
    }

    /** How many virtual tokens stand in front of a text; 8 to 100 are usual. */
    public final B setNumVirtualTokens(int value) {
        return set(PromptConfig.NUM_VIRTUAL_TOKENS, value);
    }

    /** Features of a token. Default null: the model's. */
    public final B optTokenDim(@Nullable Integer value) {
        return set(PromptConfig.TOKEN_DIM, value);
    }

    /** How many stacks get virtual tokens. Default null: 2 for SEQ_2_SEQ_LM, else 1. */
    public final B optNumTransformerSubmodules(@Nullable Integer value) {
        return set(PromptConfig.NUM_TRANSFORMER_SUBMODULES, value);
    }

    /** Heads of keys and values. Default null: the model's. */
    public final B optNumAttentionHeads(@Nullable Integer value) {
        return set(PromptConfig.NUM_ATTENTION_HEADS, value);
    }

    /** Layers of the model. Default null: the model's. */
    public final B optNumLayers(@Nullable Integer value) {
        return set(PromptConfig.NUM_LAYERS, value);
    }

    /** Ends of the names of modules that are trained and saved whole. Default: the task's head. */
    public final B optModulesToSave(String... names) {
        return optModulesToSave(ImmutableList.copyOf(names));
    }

    /** The same from a list; null for none. */
    public final B optModulesToSave(@Nullable List<String> names) {
        return set(TargetOptions.MODULES_TO_SAVE, names);
    }

    final B hiddenSize(int value) {
        return set(PromptConfig.ENCODER_HIDDEN_SIZE, value);
    }
}
