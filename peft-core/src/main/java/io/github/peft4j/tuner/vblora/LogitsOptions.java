package io.github.peft4j.tuner.vblora;

import io.github.peft4j.config.OptionChecks;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How vectors are chosen.
 *
 * @param topk k, how many vectors of the bank make one of a layer; default 2
 * @param saveOnlyTopkWeights whether a file holds only the k largest logits, which cannot train on;
 *     default false
 * @param initLogitsStd logits start normal with this deviation; default 0.1
 */
public record LogitsOptions(int topk, boolean saveOnlyTopkWeights, Number initLogitsStd) {

    static final LogitsOptions DEFAULT = new LogitsOptions(2, false, 0.1);

    /** Checks the values. */
    public LogitsOptions {
        OptionChecks.positive("topk", topk, 2);
        initLogitsStd = OptionChecks.finite("init_logits_std", initLogitsStd);
    }

    void putInto(Map<String, @Nullable Object> json) {
        json.put("topk", topk);
        json.put("save_only_topk_weights", saveOnlyTopkWeights);
        json.put("init_logits_std", initLogitsStd);
    }
}
