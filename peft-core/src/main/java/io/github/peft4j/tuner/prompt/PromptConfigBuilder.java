package io.github.peft4j.tuner.prompt;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftConfigBuilder;
import io.github.peft4j.json.JsonType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part that the builders of prompt methods share.
 *
 * @param <B> the concrete builder, returned by each method
 */
public abstract class PromptConfigBuilder<B extends PromptConfigBuilder<B>>
        extends PeftConfigBuilder<B> {

    private VirtualTokens tokens = VirtualTokens.DEFAULT;

    /** For the builders of the methods. */
    protected PromptConfigBuilder() {}

    /** The shared fields as set so far. */
    protected VirtualTokens virtualTokens() {
        return tokens;
    }

    @Override
    protected B overlay(ConfigReader json) {
        json.readNullable(
                "num_virtual_tokens",
                JsonType.INTEGER,
                value -> optVirtualTokens(tokens.withNumVirtualTokens(value)));
        json.readNullable(
                "token_dim",
                JsonType.INTEGER,
                value -> optVirtualTokens(tokens.withTokenDim(value)));
        json.readNullable(
                "num_transformer_submodules",
                JsonType.INTEGER,
                value -> optVirtualTokens(tokens.withNumTransformerSubmodules(value)));
        json.readNullable(
                "num_attention_heads",
                JsonType.INTEGER,
                value -> optVirtualTokens(tokens.withNumAttentionHeads(value)));
        json.readNullable(
                "num_layers",
                JsonType.INTEGER,
                value -> optVirtualTokens(tokens.withNumLayers(value)));
        json.readNullable("modules_to_save", JsonType.STRINGS, this::optModulesToSave);
        return super.overlay(json);
    }

    /** All shared fields at once. */
    public B optVirtualTokens(VirtualTokens value) {
        tokens = value;
        return self();
    }

    /** How many virtual tokens stand in front of a text; 8 to 100 are usual. */
    public B setNumVirtualTokens(int value) {
        return optVirtualTokens(tokens.withNumVirtualTokens(value));
    }

    /** Features of a token. Default: the model's. */
    public B optTokenDim(int value) {
        return optVirtualTokens(tokens.withTokenDim(value));
    }

    /** How many stacks get virtual tokens. Default: 2 for SEQ_2_SEQ_LM, else 1. */
    public B optNumTransformerSubmodules(int value) {
        return optVirtualTokens(tokens.withNumTransformerSubmodules(value));
    }

    /** Heads of keys and values. Default: the model's. */
    public B optNumAttentionHeads(int value) {
        return optVirtualTokens(tokens.withNumAttentionHeads(value));
    }

    /** Layers of the model. Default: the model's. */
    public B optNumLayers(int value) {
        return optVirtualTokens(tokens.withNumLayers(value));
    }

    /** Ends of the names of modules that are trained and saved whole. Default: the task's head. */
    public B optModulesToSave(String... names) {
        return optModulesToSave(ImmutableList.copyOf(names));
    }

    /** The same from a list; null for none. */
    public B optModulesToSave(@Nullable List<String> names) {
        return optVirtualTokens(tokens.withModulesToSave(names));
    }
}
