package io.github.peft4j.task.generate.config;

/**
 * What keeps a text from repeating itself. Prompts count as text, encoders' texts do not.
 *
 * @param repetitionPenalty {@code repetition_penalty}: positive scores of tokens already there are
 *     divided by it, negative ones multiplied; default 1, none
 * @param noRepeatNgramSize {@code no_repeat_ngram_size}: no row of so many tokens may occur twice;
 *     default 0, any
 */
public record RepetitionOptions(double repetitionPenalty, int noRepeatNgramSize) {

    /** Refuses penalties that are not positive, and negative sizes. */
    public RepetitionOptions {
        if (!(repetitionPenalty > 0) || Double.isInfinite(repetitionPenalty)) {
            throw new IllegalArgumentException(
                    "repetition_penalty is "
                            + repetitionPenalty
                            + ", must be a positive number; 1 is none.");
        }
        if (noRepeatNgramSize < 0) {
            throw new IllegalArgumentException(
                    "no_repeat_ngram_size is "
                            + noRepeatNgramSize
                            + ". Give a positive size, or 0 for none.");
        }
    }
}
