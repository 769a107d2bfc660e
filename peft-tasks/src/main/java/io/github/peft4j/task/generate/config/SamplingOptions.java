package io.github.peft4j.task.generate.config;

import com.google.common.base.Preconditions;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.task.internal.TaskOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the next token is drawn. All but the first count only if it is true. */
public final class SamplingOptions {

    static final Option<Boolean> DO_SAMPLE =
            Option.flag("do_sample", false)
                    .nullAsDefault()
                    .means("draw by probability instead of taking the likeliest token");
    static final Option<Double> TEMPERATURE =
            TaskOptions.finite("temperature", 1, value -> true, "a number")
                    .nullAsDefault()
                    .means("scores are divided by it; below 1 the likely become likelier");

    /** Null is what transformers takes for no such limit; the default is one of 50. */
    static final Option<Integer> TOP_K =
            Option.of("top_k", TaskOptions.WHOLE, 0)
                    .nullAsDefault()
                    .withDefault(50)
                    .means("draw among so many likeliest tokens; 0 for all");

    static final Option<Double> TOP_P =
            TaskOptions.finite("top_p", 1, value -> true, "a number")
                    .nullAsDefault()
                    .means("draw among the likeliest tokens that together have this probability");
    static final Option<Double> MIN_P =
            Option.nullable("min_p", TaskOptions.DECIMAL)
                    .means("draw among tokens at least this likely, relative to the likeliest");
    static final Option<Long> SEED =
            Option.nullable("seed", TaskOptions.LONG)
                    .means(
                            "where the draws start: the same seed gives the same tokens; null for a"
                                    + " new one each time");

    static final List<Option<?>> OPTIONS = List.of(DO_SAMPLE, TEMPERATURE, TOP_K, TOP_P, MIN_P);

    /** Options that Hugging Face does not have. */
    static final List<Option<?>> OWN = List.of(SEED);

    private final OptionValues values;

    SamplingOptions(OptionValues values) {
        this.values = values;
        Preconditions.checkArgument(
                !doSample() || temperature() > 0,
                "temperature is %s; it must be a positive number. For the likeliest token, set"
                        + " do_sample to false.",
                temperature());
        require(topK() >= 0, TOP_K, "0 or more. Pass 0 for all tokens.");
        require(topP() >= 0, TOP_P, "0 or more. Pass 1 for all tokens.");
        Double least = minP();
        require(least == null || (least >= 0 && least <= 1), MIN_P, "from 0 to 1.");
    }

    /** Checks what counts only where tokens are drawn, as transformers does. */
    private void require(boolean holds, Option<?> option, String rule) {
        Preconditions.checkArgument(
                !doSample() || holds,
                "%s is %s; where do_sample is true it must be %s",
                option,
                values.find(option),
                rule);
    }

    /** Whether tokens are drawn by probability; if not, the likeliest is taken. */
    public boolean doSample() {
        return values.get(DO_SAMPLE);
    }

    /** What scores are divided by. */
    public double temperature() {
        return values.get(TEMPERATURE);
    }

    /** Among how many of the likeliest tokens is drawn; 0 for all. */
    public int topK() {
        return values.get(TOP_K);
    }

    /** What probability the likeliest tokens that are drawn from have together. */
    public double topP() {
        return values.get(TOP_P);
    }

    /** How likely a token must be, relative to the likeliest; null for no limit. */
    public @Nullable Double minP() {
        return values.find(MIN_P);
    }

    /** Where the draws start; null for a new seed each time. */
    public @Nullable Long seed() {
        return values.find(SEED);
    }
}
