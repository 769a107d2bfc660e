package io.github.peft4j.task.generate.config;

import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.task.internal.TaskOptions;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How long an answer may and must be; null where nothing is said. The counts of new tokens win over
 * those of the whole.
 */
public final class LengthLimits {

    static final Option<Integer> MAX_LENGTH =
            most("max_length")
                    .means(
                            "tokens at most, prompt included (a decoder's start token in its place)");
    static final Option<Integer> MAX_NEW_TOKENS =
            most("max_new_tokens").means("new tokens at most; 20 if neither is given");
    static final Option<Integer> MIN_LENGTH =
            least("min_length").means("tokens at least, prompt included");
    static final Option<Integer> MIN_NEW_TOKENS =
            least("min_new_tokens").means("new tokens at least");

    static final List<Option<?>> OPTIONS =
            List.of(MAX_NEW_TOKENS, MAX_LENGTH, MIN_NEW_TOKENS, MIN_LENGTH);

    private static final int NEW_TOKENS = 20;

    /** Far more than any model reads; arrays are counted by it. */
    private static final int MOST = 1 << 24;

    private final OptionValues values;

    LengthLimits(OptionValues values) {
        this.values = values;
    }

    private static Option<Integer> most(String key) {
        return Option.nullable(key, TaskOptions.WHOLE).must(value -> value >= 1, "1 or more");
    }

    /** Below 0, it changes nothing. */
    private static Option<Integer> least(String key) {
        return Option.nullable(key, TaskOptions.WHOLE);
    }

    /** Tokens at most, prompt included (a decoder's start token in its place). */
    public @Nullable Integer maxLength() {
        return values.find(MAX_LENGTH);
    }

    /** New tokens at most. */
    public @Nullable Integer maxNewTokens() {
        return values.find(MAX_NEW_TOKENS);
    }

    /** Tokens at least, prompt included. */
    public @Nullable Integer minLength() {
        return values.find(MIN_LENGTH);
    }

    /** New tokens at least. */
    public @Nullable Integer minNewTokens() {
        return values.find(MIN_NEW_TOKENS);
    }

    /**
     * Tokens at most, prompt included.
     *
     * @param promptLength tokens of the prompt, padding included
     * @param positions how many the model has, if it has a number; bounds the default alone
     * @throws IllegalArgumentException if the prompt leaves no room, or the limit is none
     */
    public int total(int promptLength, OptionalInt positions) {
        Integer maxNewTokens = maxNewTokens();
        if (maxNewTokens != null) {
            return bounded(MAX_NEW_TOKENS, maxNewTokens, (long) promptLength + maxNewTokens);
        }
        Integer maxLength = maxLength();
        int total =
                maxLength != null
                        ? bounded(MAX_LENGTH, maxLength, maxLength)
                        : Math.min(promptLength + NEW_TOKENS, positions.orElse(Integer.MAX_VALUE));
        if (promptLength >= total) {
            throw new IllegalArgumentException(
                    "The prompt has "
                            + promptLength
                            + " tokens and max_length is "
                            + total
                            + ", which leaves none for the answer. Shorten the prompt, or set"
                            + " max_new_tokens.");
        }
        return total;
    }

    private static int bounded(Option<Integer> option, int value, long total) {
        if (total > MOST) {
            throw new IllegalArgumentException(
                    "%s is %d, but a text has at most %d tokens. Set a smaller one."
                            .formatted(option, value, MOST));
        }
        return (int) total;
    }

    /** Tokens at least, prompt included. */
    public int least(int promptLength) {
        Integer minNewTokens = minNewTokens();
        if (minNewTokens != null) {
            return (int) Math.min((long) promptLength + minNewTokens, Integer.MAX_VALUE);
        }
        Integer minLength = minLength();
        return minLength == null ? 0 : minLength;
    }
}
