package io.github.peft4j.tuner.prompttuning;

import com.google.common.base.Preconditions;
import io.github.peft4j.json.JsonValues;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a table of virtual tokens starts from. Flat in JSON.
 *
 * @param init {@code RANDOM} (default): N(0, 1), {@code SAMPLE_VOCAB}: rows of random tokens,
 *     {@code TEXT}: rows of a text's tokens; as in PEFT, what is unknown acts as RANDOM
 * @param text the text of TEXT; default null
 * @param tokenizerNameOrPath the tokenizer of TEXT: a directory, or the base's own name; default
 *     null
 * @param tokenizerKwargs options of that tokenizer; default null
 */
public record PromptStart(
        String init,
        @Nullable String text,
        @Nullable String tokenizerNameOrPath,
        @Nullable Map<String, @Nullable Object> tokenizerKwargs) {

    /** Drawn from N(0, 1). */
    public static final String RANDOM = "RANDOM";

    /** Rows of random tokens. */
    public static final String SAMPLE_VOCAB = "SAMPLE_VOCAB";

    /** Rows of a text's tokens. */
    public static final String TEXT = "TEXT";

    /** PEFT's default. */
    public static final PromptStart DEFAULT = new PromptStart(RANDOM, null, null, null);

    /**
     * Checks that a text has a tokenizer.
     *
     * @throws IllegalArgumentException if something is missing or has no meaning
     */
    public PromptStart {
        boolean fromText = init.equals(TEXT);
        Preconditions.checkArgument(
                !fromText || (tokenizerNameOrPath != null && !tokenizerNameOrPath.isEmpty()),
                "With prompt_tuning_init TEXT, tokenizer_name_or_path is %s. Name the directory of"
                        + " a tokenizer.",
                tokenizerNameOrPath);
        Preconditions.checkArgument(
                !fromText || text != null,
                "With prompt_tuning_init TEXT, prompt_tuning_init_text is null. Give the text.");
        Preconditions.checkArgument(
                fromText || tokenizerKwargs == null || tokenizerKwargs.isEmpty(),
                "tokenizer_kwargs %s have a meaning with prompt_tuning_init TEXT alone, and it is"
                        + " %s. Leave them out.",
                tokenizerKwargs,
                init);
        tokenizerKwargs = tokenizerKwargs == null ? null : JsonValues.freezeObject(tokenizerKwargs);
    }

    /** Puts the fields under their JSON keys. */
    public void putInto(Map<String, @Nullable Object> json) {
        json.put("prompt_tuning_init", init);
        json.put("prompt_tuning_init_text", text);
        json.put("tokenizer_name_or_path", tokenizerNameOrPath);
        json.put("tokenizer_kwargs", tokenizerKwargs);
    }
}
