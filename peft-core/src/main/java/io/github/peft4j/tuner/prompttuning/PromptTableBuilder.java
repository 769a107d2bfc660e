package io.github.peft4j.tuner.prompttuning;

import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.tuner.prompt.PromptConfigBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part that the builders of methods with a trained table share.
 *
 * @param <B> the concrete builder, returned by each method
 */
public abstract class PromptTableBuilder<B extends PromptTableBuilder<B>>
        extends PromptConfigBuilder<B> {

    private String init = PromptStart.RANDOM;
    private @Nullable String text;
    private @Nullable String tokenizer;
    private @Nullable Map<String, @Nullable Object> tokenizerKwargs;

    /** For the builders of the methods. */
    protected PromptTableBuilder() {}

    /** The start as set so far. */
    protected PromptStart start() {
        return new PromptStart(init, text, tokenizer, tokenizerKwargs);
    }

    @Override
    protected B overlay(ConfigReader json) {
        json.read("prompt_tuning_init", JsonType.STRING, this::optPromptTuningInit);
        json.readNullable(
                "prompt_tuning_init_text", JsonType.STRING, this::optPromptTuningInitText);
        json.readNullable("tokenizer_name_or_path", JsonType.STRING, this::optTokenizerNameOrPath);
        json.readNullable("tokenizer_kwargs", JsonType.OBJECT, this::optTokenizerKwargs);
        return super.overlay(json);
    }

    /** All fields of the start at once. */
    public B optStart(PromptStart value) {
        init = value.init();
        text = value.text();
        tokenizer = value.tokenizerNameOrPath();
        tokenizerKwargs = value.tokenizerKwargs();
        return self();
    }

    /** What the table starts from: see {@link PromptStart}. Default RANDOM. */
    public B optPromptTuningInit(String value) {
        init = value;
        return self();
    }

    /** The text of TEXT, repeated or cut to the number of rows. */
    public B optPromptTuningInitText(@Nullable String value) {
        text = value;
        return self();
    }

    /** Directory of the tokenizer of TEXT, or the base's name for its own. */
    public B optTokenizerNameOrPath(@Nullable String value) {
        tokenizer = value;
        return self();
    }

    /** Options of the tokenizer of TEXT. Default none. */
    public B optTokenizerKwargs(@Nullable Map<String, @Nullable Object> value) {
        tokenizerKwargs = value;
        return self();
    }
}
