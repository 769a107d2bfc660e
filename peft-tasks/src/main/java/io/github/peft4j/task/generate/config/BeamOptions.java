package io.github.peft4j.task.generate.config;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.task.internal.TaskOptions;
import java.util.List;

/** How many texts are followed at once, and how many returned. */
public final class BeamOptions {

    static final Option<Integer> NUM_BEAMS =
            Option.of("num_beams", TaskOptions.WHOLE, 1)
                    .nullAsDefault()
                    .must(value -> value >= 1, "1 or more")
                    .means("texts that beam search follows for each prompt; 1 is no beam search");
    static final Option<Integer> NUM_RETURN_SEQUENCES =
            Option.of("num_return_sequences", TaskOptions.WHOLE, 1)
                    .nullAsDefault()
                    .must(value -> value >= 1, "1 or more")
                    .means("answers for each prompt");
    static final Option<Double> LENGTH_PENALTY =
            TaskOptions.finite("length_penalty", 1, value -> true, "finite")
                    .nullAsDefault()
                    .means(
                            "a text's score is its log probability divided by its number of new"
                                    + " tokens to this power; above 0 favours long answers");
    static final Option<EarlyStopping> EARLY_STOPPING =
            Option.of(
                            "early_stopping",
                            JsonType.choice(
                                    ImmutableMap.of(
                                            EarlyStopping.ENOUGH, true,
                                            EarlyStopping.UNLIKELY, false,
                                            EarlyStopping.IMPOSSIBLE, "never")),
                            EarlyStopping.UNLIKELY)
                    .nullAsDefault()
                    .means(
                            "when beam search stops: `true` with `num_beams` finished texts, `false`"
                                    + " when better ones are unlikely, `\"never\"` when they are"
                                    + " impossible");

    static final List<Option<?>> OPTIONS =
            List.of(NUM_BEAMS, NUM_RETURN_SEQUENCES, LENGTH_PENALTY, EARLY_STOPPING);

    private final OptionValues values;

    /** Refuses more answers than beams. */
    BeamOptions(OptionValues values) {
        this.values = values;
        if (numBeams() > 1 && numReturnSequences() > numBeams()) {
            throw new IllegalArgumentException(
                    "num_return_sequences is "
                            + numReturnSequences()
                            + ", but beam search follows num_beams "
                            + numBeams()
                            + " texts. Ask for at most as many.");
        }
    }

    /** Texts that beam search follows for each prompt; 1 is no beam search. */
    public int numBeams() {
        return values.get(NUM_BEAMS);
    }

    /** Answers for each prompt. */
    public int numReturnSequences() {
        return values.get(NUM_RETURN_SEQUENCES);
    }

    /** The power of the number of new tokens by which a text's log probability is divided. */
    public double lengthPenalty() {
        return values.get(LENGTH_PENALTY);
    }

    /** When beam search stops. */
    public EarlyStopping earlyStopping() {
        return values.get(EARLY_STOPPING);
    }
}
