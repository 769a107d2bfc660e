package io.github.peft4j.tuner.prompt.config;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonType;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The config of a method that trains a table of virtual tokens: what the table starts from. */
public abstract class PromptTableConfig extends PromptConfig {

    /** Drawn from N(0, 1). */
    public static final String RANDOM = "RANDOM";

    /** Rows of random tokens. */
    public static final String SAMPLE_VOCAB = "SAMPLE_VOCAB";

    /** Rows of a text's tokens. */
    public static final String TEXT = "TEXT";

    static final Option<String> PROMPT_TUNING_INIT =
            Option.string("prompt_tuning_init", RANDOM)
                    .means(
                            "start of the table: `RANDOM` N(0, 1), `SAMPLE_VOCAB` rows of random"
                                    + " tokens, `TEXT` rows of a text's tokens");

    static final Option<String> PROMPT_TUNING_INIT_TEXT =
            Option.nullable("prompt_tuning_init_text", JsonType.STRING)
                    .means("the text of `TEXT`, repeated or cut to the number of rows");

    static final Option<String> TOKENIZER_NAME_OR_PATH =
            Option.nullable("tokenizer_name_or_path", JsonType.STRING)
                    .means("the tokenizer of `TEXT`: a directory, or the base's own name");

    static final Option<Map<String, @Nullable Object>> TOKENIZER_KWARGS =
            Option.nullable("tokenizer_kwargs", JsonType.OBJECT)
                    .means("options of that tokenizer; only `subfolder` has an effect");

    /** For the configs of the methods. */
    protected PromptTableConfig(ConfigType<?> type, OptionValues values) {
        super(type, values);
    }

    /** A table with the options that every prompt method has and those of the start. */
    protected static <C extends PromptTableConfig> ConfigType<C> tableType(
            String peftType, Class<C> configClass, Function<OptionValues, C> constructor) {
        return promptType(peftType, configClass, constructor)
                .with(
                        PROMPT_TUNING_INIT,
                        PROMPT_TUNING_INIT_TEXT,
                        TOKENIZER_NAME_OR_PATH,
                        TOKENIZER_KWARGS)
                .rule(PromptTableConfig::checkStart);
    }

    private static void checkStart(PromptTableConfig config) {
        String init = config.promptTuningInit();
        boolean fromText = init.equals(TEXT);
        Preconditions.checkArgument(
                !fromText || !config.tokenizerNameOrPath().orElse("").isEmpty(),
                "With prompt_tuning_init TEXT, tokenizer_name_or_path is %s. Name the directory of"
                        + " a tokenizer.",
                config.tokenizerNameOrPath().orElse(null));
        Preconditions.checkArgument(
                !fromText || config.promptTuningInitText().isPresent(),
                "With prompt_tuning_init TEXT, prompt_tuning_init_text is null. Give the text.");
        Preconditions.checkArgument(
                fromText || config.tokenizerKwargs().isEmpty(),
                "tokenizer_kwargs %s have a meaning with prompt_tuning_init TEXT alone, and it is"
                        + " %s. Leave them out.",
                config.tokenizerKwargs(),
                init);
    }

    /** What the table starts from; as in PEFT, what is unknown acts as {@link #RANDOM}. */
    public final String promptTuningInit() {
        return get(PROMPT_TUNING_INIT);
    }

    /** The text of {@link #TEXT}. */
    public final Optional<String> promptTuningInitText() {
        return find(PROMPT_TUNING_INIT_TEXT);
    }

    /** The tokenizer of {@link #TEXT}: a directory, or the base's own name. */
    public final Optional<String> tokenizerNameOrPath() {
        return find(TOKENIZER_NAME_OR_PATH);
    }

    /** Options of that tokenizer; empty if there are none. */
    public final Map<String, @Nullable Object> tokenizerKwargs() {
        return find(TOKENIZER_KWARGS).orElse(ImmutableMap.of());
    }
}
