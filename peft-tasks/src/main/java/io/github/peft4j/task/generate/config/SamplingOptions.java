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
            TaskOptions.atLeast(0, "top_k", 0, "Pass 0 for all tokens")
                    .nullAsDefault()
                    .withDefault(50)
                    .means("draw among so many likeliest tokens; 0 for all");

    static final Option<Double> TOP_P =
            TaskOptions.finite("top_p", 1, SamplingOptions::isProbability, "from 0 to 1")
                    .nullAsDefault()
                    .means("draw among the likeliest tokens that together have this probability");
    static final Option<Double> MIN_P =
            Option.nullable("min_p", TaskOptions.DECIMAL)
                    .must(SamplingOptions::isProbability, "from 0 to 1")
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
    }

    private static boolean isProbability(double value) {
        return value >= 0 && value <= 1;
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
