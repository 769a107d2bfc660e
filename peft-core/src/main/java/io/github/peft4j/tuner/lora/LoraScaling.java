package io.github.peft4j.tuner.lora;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.tuner.JsonValues;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rank and strength of LoRA, with exceptions for single layers.
 *
 * @param r rank r, the number of rows of A; at least 1; default 8
 * @param loraAlpha strength alpha, an integer or a float of any sign; default 8
 * @param useRslora whether the scale is alpha/√r instead of alpha/r; default false
 * @param rankPattern ranks of layers by regular expression, first match wins; default none
 * @param alphaPattern alphas of layers, in the same way; default none
 */
public record LoraScaling(
        int r,
        Number loraAlpha,
        boolean useRslora,
        Map<String, Integer> rankPattern,
        Map<String, Number> alphaPattern) {

    static final LoraScaling DEFAULT =
            new LoraScaling(8, 8, false, ImmutableMap.of(), ImmutableMap.of());

    /** Checks the values. */
    public LoraScaling {
        checkRank("r", r);
        rankPattern = ImmutableMap.copyOf(rankPattern);
        rankPattern.forEach((key, rank) -> checkRank("rank_pattern[\"" + key + "\"]", rank));
        loraAlpha = finite("lora_alpha", loraAlpha);
        ImmutableMap.Builder<String, Number> alphas = ImmutableMap.builder();
        alphaPattern.forEach(
                (key, alpha) -> alphas.put(key, finite("alpha_pattern[\"" + key + "\"]", alpha)));
        alphaPattern = alphas.buildOrThrow();
    }

    private static void checkRank(String key, int rank) {
        Preconditions.checkArgument(
                rank > 0,
                "%s is %s; a rank must be a positive integer. Pass 8, for example.",
                key,
                rank);
    }

    private static Number finite(String key, Number value) {
        Number number = JsonValues.freezeNumber(value);
        Preconditions.checkArgument(
                Double.isFinite(number.doubleValue()),
                "%s is %s; it must be a finite number. Pass 16, for example.",
                key,
                value);
        return number;
    }

    void putInto(Map<String, @Nullable Object> json) {
        json.put("r", r);
        json.put("lora_alpha", loraAlpha);
        json.put("use_rslora", useRslora);
        json.put("rank_pattern", rankPattern);
        json.put("alpha_pattern", alphaPattern);
    }
}
