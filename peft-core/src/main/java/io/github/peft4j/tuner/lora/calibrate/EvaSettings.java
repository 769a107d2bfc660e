package io.github.peft4j.tuner.lora.calibrate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.ops.statistics.Statistics;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of {@code eva_config}.
 *
 * @param rho how many components are looked for, as a multiple of the rank
 * @param tau cosine from which a component counts as found
 * @param useLabelMask whether only tokens with a label count
 * @param labelMaskValue the label of tokens that have none
 * @param whiten whether each component is divided by the root of its singular value
 * @param adjustScalingFactors whether alpha follows a changed rank
 */
record EvaSettings(
        double rho,
        double tau,
        boolean useLabelMask,
        int labelMaskValue,
        boolean whiten,
        boolean adjustScalingFactors) {

    static EvaSettings of(LoraConfig config) {
        Map<String, ?> options = config.evaConfig();
        return new EvaSettings(
                Settings.number(options, "rho", 2),
                Settings.number(options, "tau", 0.99),
                Settings.flag(options, "use_label_mask", true),
                (int) Settings.number(options, "label_mask_value", -100),
                Settings.flag(options, "whiten", false),
                Settings.flag(options, "adjust_scaling_factors", true));
    }

    /** The rows of a layer's input that count: those of tokens that are no padding. */
    NDArray rows(NDArray x, ModelInput batch) {
        NDArray mask = mask(x, batch);
        return mask == null
                ? x.reshape(new Shape(-1, x.getShape().get(x.getShape().dimension() - 1)))
                : Statistics.chosenRows(x, mask);
    }

    /** Null where the input has not one row for each token. */
    private @Nullable NDArray mask(NDArray x, ModelInput batch) {
        Shape tokens = x.getShape().slice(0, x.getShape().dimension() - 1);
        NDManager scope = x.getManager();
        NDArray mask = batch.attentionMask();
        NDArray labels = useLabelMask ? batch.get(ModelInput.LABELS) : null;
        NDArray counts = null;
        if (mask != null && mask.getShape().equals(tokens)) {
            counts = in(scope, mask);
        }
        if (labels != null && labels.getShape().equals(tokens)) {
            NDArray labelled =
                    in(scope, in(scope, labels).neq(scope.create((long) labelMaskValue)));
            counts = counts == null ? labelled : counts.mul(labelled);
        }
        return counts;
    }

    private static NDArray in(NDManager scope, NDArray array) {
        NDArray own = TensorOps.detachedAs(array, DataType.INT64);
        own.attach(scope);
        return own;
    }
}
