package io.github.peft4j.model;

import java.util.Locale;

/**
 * How many numbers a model has.
 *
 * @param trainable numbers that train
 * @param all all numbers, those of the adapters included
 */
public record ParameterCount(long trainable, long all) {

    /** The trained share in percent. */
    public double percent() {
        return all == 0 ? 0 : 100.0 * trainable / all;
    }

    /**
     * In PEFT's words: {@code trainable params: 1,152 || all params: 8,144 || trainable%: 14.1454}.
     */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "trainable params: %,d || all params: %,d || trainable%%: %.4f",
                trainable,
                all,
                percent());
    }
}
