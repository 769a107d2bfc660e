package io.github.peft4j.tuner;

import com.google.common.base.Preconditions;

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
}
