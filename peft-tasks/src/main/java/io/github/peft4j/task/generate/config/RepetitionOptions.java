package io.github.peft4j.task.generate.config;

import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.task.internal.TaskOptions;
import java.util.List;

/** What keeps a text from repeating itself. Prompts count as text, encoders' texts do not. */
public final class RepetitionOptions {

    static final Option<Double> REPETITION_PENALTY =
            TaskOptions.finite(
                            "repetition_penalty",
                            1,
                            value -> value > 0,
                            "a positive number. Pass 1 for none")
                    .nullAsDefault()
                    .means(
                            "positive scores of tokens already there are divided by it, negative"
                                    + " ones multiplied; 1 is none");
    static final Option<Integer> NO_REPEAT_NGRAM_SIZE =
            Option.of("no_repeat_ngram_size", TaskOptions.WHOLE, 0)
                    .nullAsDefault()
                    .means("no row of so many tokens may occur twice; 0 for any");

    static final List<Option<?>> OPTIONS = List.of(REPETITION_PENALTY, NO_REPEAT_NGRAM_SIZE);

    private final OptionValues values;

    RepetitionOptions(OptionValues values) {
        this.values = values;
    }

    /**
     * What positive scores of tokens already there are divided by; negative ones are multiplied.
     */
    public double repetitionPenalty() {
        return values.get(REPETITION_PENALTY);
    }

    /** Of how many tokens no row may occur twice; 0 for any. */
    public int noRepeatNgramSize() {
        return values.get(NO_REPEAT_NGRAM_SIZE);
    }
}
