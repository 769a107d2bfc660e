package io.github.peft4j.config;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.JsonValues;
import java.util.Map;

/** Rules for single options that many methods share. */
public final class OptionChecks {

    private OptionChecks() {}

    /**
     * A number from 1 on.
     *
     * @throws IllegalArgumentException naming option, value and rule
     */
    public static void positive(String key, int value, int example) {
        Preconditions.checkArgument(
                value > 0,
                "%s is %s; it must be a positive integer. Pass %s, for example.",
                key,
                value,
                example);
    }

    /**
     * A probability with which something is dropped while training.
     *
     * @return the number as it is kept in a config
     * @throws IllegalArgumentException naming option, value and rule
     */
    public static Number dropout(String key, Number value) {
        Number number = JsonValues.freezeNumber(value);
        Preconditions.checkArgument(
                number.doubleValue() >= 0 && number.doubleValue() < 1,
                "%s is %s; it must be a probability of at least 0 and below 1. Pass 0.1, for"
                        + " example, or 0 for none.",
                key,
                value);
        return number;
    }

    /**
     * Neither infinite nor NaN.
     *
     * @return the number as it is kept in a config
     * @throws IllegalArgumentException naming option, value and rule
     */
    public static Number finite(String key, Number value) {
        Number number = JsonValues.freezeNumber(value);
        Preconditions.checkArgument(
                Double.isFinite(number.doubleValue()),
                "%s is %s; it must be a finite number. Pass 1, for example.",
                key,
                value);
        return number;
    }

    /**
     * Ranks of single layers, each a number from 1 on.
     *
     * @throws IllegalArgumentException naming option, key, value and rule
     */
    public static ImmutableMap<String, Integer> ranks(String option, Map<String, Integer> pattern) {
        pattern.forEach((key, rank) -> positive(entry(option, key), rank, 8));
        return ImmutableMap.copyOf(pattern);
    }

    /**
     * Strengths of single layers, each neither infinite nor NaN.
     *
     * @return the numbers as they are kept in a config
     * @throws IllegalArgumentException naming option, key, value and rule
     */
    public static ImmutableMap<String, Number> finites(String option, Map<String, Number> pattern) {
        ImmutableMap.Builder<String, Number> numbers = ImmutableMap.builder();
        pattern.forEach((key, value) -> numbers.put(key, finite(entry(option, key), value)));
        return numbers.buildOrThrow();
    }

    private static String entry(String option, String key) {
        return option + "[\"" + key + "\"]";
    }
}
