package io.github.peft4j.transformers.deberta;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.head.SequenceLoss;

/**
 * DeBERTa's own choice of a classifier's loss where {@code problem_type} is absent: a regression
 * for one label; cross entropy for one class number a text, a negative one not counted; else cross
 * entropy against shares of the classes.
 *
 * <p>The logits keep their shape [B, labels]; transformers flattens those of one label as soon as
 * there are labels.
 */
final class DebertaLoss {

    private static final long IGNORE = -100;

    private DebertaLoss() {}

    /** The mean loss of logits [B, labels]. */
    static NDArray of(PretrainedConfig config, NDArray logits, NDArray labels) {
        if (config.has("problem_type")) {
            return SequenceLoss.usual(config, logits, labels);
        }
        Shape shape = labels.getShape();
        if (logits.getShape().get(1) == 1) {
            return SequenceLoss.REGRESSION.of(logits, labels);
        }
        if (shape.dimension() > 1 && shape.get(1) > 1) {
            NDArray shares =
                    labels.getDataType() == DataType.FLOAT32 ? labels : Ops.toFloat32(labels);
            return Ops.softCrossEntropy(logits, shares);
        }
        return ofClasses(logits, labels.reshape(-1));
    }

    private static NDArray ofClasses(NDArray logits, NDArray labels) {
        if (labels.getDataType() != DataType.INT64) {
            return SequenceLoss.SINGLE_LABEL_CLASSIFICATION.of(logits, labels);
        }
        long[] classes = labels.toLongArray();
        boolean any = false;
        for (int i = 0; i < classes.length; i++) {
            classes[i] = classes[i] < 0 ? IGNORE : classes[i];
            any |= classes[i] >= 0;
        }
        NDArray counted = logits.getManager().create(classes);
        return any
                ? SequenceLoss.SINGLE_LABEL_CLASSIFICATION.of(logits, counted)
                : Ops.scale(logits.sum(), 0);
    }
}
