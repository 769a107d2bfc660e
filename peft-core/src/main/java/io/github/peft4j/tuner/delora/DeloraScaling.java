package io.github.peft4j.tuner.delora;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.OptionChecks;
import io.github.peft4j.target.NamePatterns;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Rank and strength of DeLoRA, with exceptions for single layers.
 *
 * @param r rank r, the number of rows of A; at least 1; default 8
 * @param deloraLambda strength λ at the start, an integer or a float of any sign; default 15
 * @param rankPattern ranks of layers by regular expression for the end of the name, first match
 *     wins; default none
 * @param lambdaPattern strengths of layers, in the same way; default none
 */
public record DeloraScaling(
        int r,
        Number deloraLambda,
        Map<String, Integer> rankPattern,
        Map<String, Number> lambdaPattern) {

    static final DeloraScaling DEFAULT =
            new DeloraScaling(8, 15, ImmutableMap.of(), ImmutableMap.of());

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a rank is below 1, or a strength is not finite
     */
    public DeloraScaling {
        OptionChecks.positive("r", r, 8);
        deloraLambda = OptionChecks.finite("delora_lambda", deloraLambda);
        rankPattern = OptionChecks.ranks("rank_pattern", rankPattern);
        lambdaPattern = OptionChecks.finites("lambda_pattern", lambdaPattern);
    }

    NamePatterns<Integer> rankExceptions() {
        return NamePatterns.compile("rank_pattern", rankPattern);
    }

    /** The rank of a layer by its path. */
    ToIntFunction<String> ranks() {
        NamePatterns<Integer> exceptions = rankExceptions();
        return path -> exceptions.find(path).orElse(r);
    }

    /** The strength of a layer by its path. */
    ToDoubleFunction<String> lambdas() {
        NamePatterns<Number> exceptions = NamePatterns.compile("lambda_pattern", lambdaPattern);
        return path -> exceptions.find(path).orElse(deloraLambda).doubleValue();
    }

    void putInto(Map<String, @Nullable Object> json) {
        json.put("r", r);
        json.put("delora_lambda", deloraLambda);
        json.put("rank_pattern", rankPattern);
        json.put("lambda_pattern", lambdaPattern);
    }
}
