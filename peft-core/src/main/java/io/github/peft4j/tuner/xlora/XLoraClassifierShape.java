package io.github.peft4j.tuner.xlora;

import com.google.common.base.Preconditions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the classifier is built. Flat in JSON.
 *
 * @param layerwiseScalings whether each adapted layer gets weights of its own; default false
 * @param xloraDepth how many linear layers it has, ReLU and dropout between them; default 1
 * @param xloraSize width between its layers, without effect at depth 1; default 2048
 * @param xloraDropoutP dropout between its layers in training; default 0.2
 */
public record XLoraClassifierShape(
        boolean layerwiseScalings, int xloraDepth, int xloraSize, Number xloraDropoutP) {

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if one is not positive, or the dropout is no probability
     */
    public XLoraClassifierShape {
        Preconditions.checkArgument(
                xloraDepth > 0,
                "xlora_depth is %s; it must be positive: the classifier's number of layers.",
                xloraDepth);
        Preconditions.checkArgument(
                xloraSize > 0, "xlora_size is %s; it must be positive.", xloraSize);
        double p = xloraDropoutP.doubleValue();
        Preconditions.checkArgument(
                p >= 0 && p < 1, "xlora_dropout_p is %s; it must be in [0, 1).", xloraDropoutP);
    }

    void putInto(Map<String, @Nullable Object> json) {
        json.put("layerwise_scalings", layerwiseScalings);
        json.put("xlora_depth", xloraDepth);
        json.put("xlora_size", xloraSize);
        json.put("xlora_dropout_p", xloraDropoutP);
    }
}
