package io.github.peft4j.tuner.adalora;

import com.google.common.base.Preconditions;
import io.github.peft4j.json.JsonValues;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the importance of a number is averaged over steps.
 *
 * @param beta1 weight of the past in the average importance, in (0, 1); default 0.85
 * @param beta2 weight of the past in its average deviation, in (0, 1); default 0.85
 */
public record ImportanceOptions(Number beta1, Number beta2) {

    static final ImportanceOptions DEFAULT = new ImportanceOptions(0.85, 0.85);

    /** Checks the values. */
    public ImportanceOptions {
        beta1 = fraction("beta1", beta1);
        beta2 = fraction("beta2", beta2);
    }

    private static Number fraction(String key, Number value) {
        Preconditions.checkArgument(
                value.doubleValue() > 0 && value.doubleValue() < 1,
                "%s is %s; it must be above 0 and below 1. Pass 0.85, for example.",
                key,
                value);
        return JsonValues.freezeNumber(value);
    }

    void putInto(Map<String, @Nullable Object> json) {
        json.put("beta1", beta1);
        json.put("beta2", beta2);
    }
}
