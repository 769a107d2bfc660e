package io.github.peft4j.tuner.lora;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.OptionChecks;
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
        OptionChecks.positive("r", r, 8);
        rankPattern = OptionChecks.ranks("rank_pattern", rankPattern);
        loraAlpha = OptionChecks.finite("lora_alpha", loraAlpha);
        alphaPattern = OptionChecks.finites("alpha_pattern", alphaPattern);
    }

    void putInto(Map<String, @Nullable Object> json) {
        json.put("r", r);
        json.put("lora_alpha", loraAlpha);
        json.put("use_rslora", useRslora);
        json.put("rank_pattern", rankPattern);
        json.put("alpha_pattern", alphaPattern);
    }
}
