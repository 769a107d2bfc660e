package io.github.peft4j.task.generate.config;

import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.task.internal.TaskOptions;
import java.util.List;
import java.util.Optional;

/** Texts that end an answer, and tokens that must not be in it. */
public final class WordRules {

    private static final JsonType<List<Integer>> IDS =
            TaskOptions.WHOLE.list("a list of whole numbers");

    /** One text or a list. */
    private static final JsonType<List<String>> TEXTS =
            JsonType.of(
                    "a string or a list of strings",
                    json ->
                            json instanceof String text
                                    ? Optional.of(List.of(text))
                                    : JsonType.STRINGS.tryConvert(json),
                    texts -> texts);

    static final Option<List<String>> STOP_STRINGS =
            Option.of("stop_strings", TEXTS, List.<String>of())
                    .nullAsDefault()
                    .must(
                            texts -> texts.stream().noneMatch(String::isEmpty),
                            "texts that are not empty")
                    .means("each of these texts ends an answer, which holds it; needs a tokenizer");
    static final Option<List<List<Integer>>> BAD_WORDS_IDS =
            Option.of(
                            "bad_words_ids",
                            IDS.list("a list of lists of whole numbers"),
                            List.<List<Integer>>of())
                    .nullAsDefault()
                    .must(
                            words ->
                                    words.stream()
                                            .noneMatch(word -> word.isEmpty() || negative(word)),
                            "words of one token or more")
                    .means("rows of tokens that must not occur");
    static final Option<List<Integer>> SUPPRESS_TOKENS =
            ids("suppress_tokens").means("tokens that must not occur");
    static final Option<List<Integer>> BEGIN_SUPPRESS_TOKENS =
            ids("begin_suppress_tokens").means("tokens that must not begin an answer");

    static final List<Option<?>> OPTIONS =
            List.of(STOP_STRINGS, BAD_WORDS_IDS, SUPPRESS_TOKENS, BEGIN_SUPPRESS_TOKENS);

    private final OptionValues values;

    WordRules(OptionValues values) {
        this.values = values;
    }

    private static Option<List<Integer>> ids(String key) {
        return Option.of(key, IDS, List.<Integer>of()).nullAsDefault();
    }

    /** Ids that no token has change nothing, as in transformers. */
    private List<Integer> tokens(Option<List<Integer>> option) {
        return values.get(option).stream().filter(id -> id >= 0).toList();
    }

    private static boolean negative(List<Integer> ids) {
        return ids.stream().anyMatch(id -> id < 0);
    }

    /** Each of these texts ends an answer, which holds it. */
    public List<String> stopStrings() {
        return values.get(STOP_STRINGS);
    }

    /** Rows of tokens that must not occur. */
    public List<List<Integer>> badWordsIds() {
        return values.get(BAD_WORDS_IDS);
    }

    /** Tokens that must not occur. */
    public List<Integer> suppressTokens() {
        return tokens(SUPPRESS_TOKENS);
    }

    /** Tokens that must not begin an answer. */
    public List<Integer> beginSuppressTokens() {
        return tokens(BEGIN_SUPPRESS_TOKENS);
    }
}
