package io.github.peft4j.task.generate.config;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How long an answer may and must be; null where nothing is said. The counts of new tokens win over
 * those of the whole.
 *
 * @param maxLength {@code max_length}: tokens at most, prompt included (a decoder's start token in
 *     its place)
 * @param maxNewTokens {@code max_new_tokens}: new tokens at most; 20 if neither is given
 * @param minLength {@code min_length}: tokens at least, prompt included
 * @param minNewTokens {@code min_new_tokens}: new tokens at least
 */
public record LengthLimits(
        @Nullable Integer maxLength,
        @Nullable Integer maxNewTokens,
        @Nullable Integer minLength,
        @Nullable Integer minNewTokens) {

    private static final int NEW_TOKENS = 20;

    /** Refuses limits that no text can meet. */
    public LengthLimits {
        requireAtLeast("max_length", maxLength, 1);
        requireAtLeast("max_new_tokens", maxNewTokens, 1);
        requireAtLeast("min_length", minLength, 0);
        requireAtLeast("min_new_tokens", minNewTokens, 0);
    }

    private static void requireAtLeast(String key, @Nullable Integer value, int least) {
        if (value != null && value < least) {
            throw new IllegalArgumentException(
                    key + " is " + value + ". Give " + least + " or more.");
        }
    }

    /**
     * Tokens at most, prompt included.
     *
     * @param promptLength tokens of the prompt, padding included
     * @param positions how many the model has, if it has a number; bounds the default alone
     * @throws IllegalArgumentException if the prompt leaves no room
     */
    public int total(int promptLength, OptionalInt positions) {
        if (maxNewTokens != null) {
            return Math.addExact(promptLength, maxNewTokens);
        }
        int total =
                maxLength != null
                        ? maxLength
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

    /** Tokens at least, prompt included. */
    public int least(int promptLength) {
        if (minNewTokens != null) {
            return Math.addExact(promptLength, minNewTokens);
        }
        return minLength == null ? 0 : minLength;
    }
}
