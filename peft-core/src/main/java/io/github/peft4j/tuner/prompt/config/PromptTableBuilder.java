package io.github.peft4j.tuner.prompt.config;

import io.github.peft4j.config.ConfigType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the config of a method that trains a table of virtual tokens.
 *
 * @param <C> the config
 * @param <B> the concrete builder, returned by each setter
 */
public abstract class PromptTableBuilder<
                C extends PromptTableConfig, B extends PromptTableBuilder<C, B>>
        extends PromptConfigBuilder<C, B> {

    /** For the builders of the methods. */
    protected PromptTableBuilder(ConfigType<C> type) {
        super(type);
    }

    /**
     * What the table starts from: {@link PromptTableConfig#RANDOM} (default), {@link
     * PromptTableConfig#SAMPLE_VOCAB} or {@link PromptTableConfig#TEXT}.
     */
    public final B optPromptTuningInit(String value) {
        return set(PromptTableConfig.PROMPT_TUNING_INIT, value);
    }

    /** The text of TEXT, repeated or cut to the number of rows. Default null. */
    public final B optPromptTuningInitText(@Nullable String value) {
        return set(PromptTableConfig.PROMPT_TUNING_INIT_TEXT, value);
    }

    /** Directory of the tokenizer of TEXT, or the base's name for its own. Default null. */
    public final B optTokenizerNameOrPath(@Nullable String value) {
        return set(PromptTableConfig.TOKENIZER_NAME_OR_PATH, value);
    }

    /** Options of the tokenizer of TEXT. Default null: none. */
    public final B optTokenizerKwargs(@Nullable Map<String, @Nullable Object> value) {
        return set(PromptTableConfig.TOKENIZER_KWARGS, value);
    }
}
