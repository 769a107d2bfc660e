package io.github.peft4j.task.generate.config;

import org.jspecify.annotations.Nullable;

/**
 * How the next token is drawn. All but the first count only if it is true.
 *
 * @param doSample {@code do_sample}: draw by probability instead of taking the likeliest; default
 *     false
 * @param temperature {@code temperature}: scores are divided by it; below 1 the likely become
 *     likelier; default 1
 * @param topK {@code top_k}: draw among so many likeliest tokens; 0 for all; default 50
 * @param topP {@code top_p}: draw among the likeliest tokens that together have this probability;
 *     default 1, all
 * @param minP {@code min_p}: draw among tokens at least this likely, relative to the likeliest;
 *     null for all
 * @param seed where the draws start: the same seed gives the same tokens; null for a new one each
 *     time
 */
public record SamplingOptions(
        boolean doSample,
        double temperature,
        int topK,
        double topP,
        @Nullable Double minP,
        @Nullable Long seed) {

    /** Refuses what leaves no token, or no order among tokens. */
    public SamplingOptions {
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException(
                    "temperature is "
                            + temperature
                            + ", must be a positive number. For the likeliest token, set do_sample"
                            + " to false.");
        }
        if (topK < 0) {
            throw new IllegalArgumentException(
                    "top_k is " + topK + ". Give a positive number, or 0 for all tokens.");
        }
        requireProbability("top_p", topP);
        if (minP != null) {
            requireProbability("min_p", minP);
        }
    }

    private static void requireProbability(String key, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(key + " is " + value + ", must be from 0 to 1.");
        }
    }
}
