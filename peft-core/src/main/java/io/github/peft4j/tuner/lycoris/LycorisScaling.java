package io.github.peft4j.tuner.lycoris;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.OptionChecks;
import io.github.peft4j.target.NamePatterns;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Rank and strength, with exceptions for single layers.
 *
 * @param r rank r; at least 1; default 8
 * @param alpha strength; what is added is scaled by alpha/r; default 8
 * @param rankPattern ranks of layers by regular expression for the end of the name, first match
 *     wins; default none
 * @param alphaPattern alphas of layers, in the same way; default none
 */
public record LycorisScaling(
        int r, Number alpha, Map<String, Integer> rankPattern, Map<String, Number> alphaPattern) {

    /** PEFT's defaults. */
    public static final LycorisScaling DEFAULT =
            new LycorisScaling(8, 8, ImmutableMap.of(), ImmutableMap.of());

    /** Checks the values. */
    public LycorisScaling {
        OptionChecks.positive("r", r, 8);
        alpha = OptionChecks.finite("alpha", alpha);
        rankPattern = OptionChecks.ranks("rank_pattern", rankPattern);
        alphaPattern = OptionChecks.finites("alpha_pattern", alphaPattern);
    }

    /** The options that single layers out by name. */
    public ImmutableList<NamePatterns<?>> patterns() {
        return ImmutableList.of(rankExceptions(), alphaExceptions());
    }

    private NamePatterns<Integer> rankExceptions() {
        return NamePatterns.compile("rank_pattern", rankPattern);
    }

    private NamePatterns<Number> alphaExceptions() {
        return NamePatterns.compile("alpha_pattern", alphaPattern);
    }

    /** The rank of a layer by its path. */
    public ToIntFunction<String> ranks() {
        NamePatterns<Integer> exceptions = rankExceptions();
        return path -> exceptions.find(path).orElse(r);
    }

    /** The alpha of a layer by its path. */
    public ToDoubleFunction<String> alphas() {
        NamePatterns<Number> exceptions = alphaExceptions();
        return path -> exceptions.find(path).orElse(alpha).doubleValue();
    }

    /** Puts the fields under their JSON keys. */
    public void putInto(Map<String, @Nullable Object> json) {
        json.put("r", r);
        json.put("alpha", alpha);
        json.put("rank_pattern", rankPattern);
        json.put("alpha_pattern", alphaPattern);
    }
}
