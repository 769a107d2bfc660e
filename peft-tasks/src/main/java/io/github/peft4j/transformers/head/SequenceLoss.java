package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The loss of a sequence classifier, chosen as transformers does: by {@code problem_type}, else by
 * the number of labels and the labels' type.
 */
public enum SequenceLoss {
    /** Mean squared error; labels are numbers [B] or [B, labels]. */
    REGRESSION {
        @Override
        public NDArray of(NDArray logits, NDArray labels) {
            NDArray scores = logits.getShape().get(1) == 1 ? logits.squeeze(1) : logits;
            NDArray targets = labels.reshape(scores.getShape());
            return Ops.meanSquaredError(scores, floats(targets));
        }
    },
    /** Cross entropy; labels are class numbers [B]. */
    SINGLE_LABEL_CLASSIFICATION {
        @Override
        public NDArray of(NDArray logits, NDArray labels) {
            NDArray flat = labels.reshape(-1);
            ClassLabels.checked(flat, logits.getShape().get(1));
            return Ops.crossEntropy(logits, flat, ClassLabels.IGNORE);
        }
    },
    /** Binary cross entropy on each label; labels are 0 and 1, [B, labels]. */
    MULTI_LABEL_CLASSIFICATION {
        @Override
        public NDArray of(NDArray logits, NDArray labels) {
            return Ops.binaryCrossEntropy(logits, floats(labels));
        }
    };

    /** How a family makes a loss of logits [B, labels] and labels of as many rows. */
    public interface Rule {

        /** The mean loss. */
        NDArray of(PretrainedConfig config, NDArray logits, NDArray labels);
    }

    /** The mean loss of logits [B, labels]. */
    public abstract NDArray of(NDArray logits, NDArray labels);

    /** A classifier's outputs: the loss first if the input has labels, then the logits. */
    static Map<String, NDArray> fields(PretrainedConfig config, NDArray logits, ModelInput input) {
        return fields(config, logits, input, SequenceLoss::usual);
    }

    /** The same with a rule of the family's own. */
    static Map<String, NDArray> fields(
            PretrainedConfig config, NDArray logits, ModelInput input, Rule rule) {
        Map<String, NDArray> fields = new LinkedHashMap<>();
        NDArray labels = input.labels();
        if (labels != null) {
            checkRows(logits, labels);
            fields.put(ModelOutput.LOSS, rule.of(config, logits, labels));
        }
        fields.put(ModelOutput.LOGITS, logits);
        return fields;
    }

    /** The rule of nearly all families. */
    public static NDArray usual(PretrainedConfig config, NDArray logits, NDArray labels) {
        int count = (int) logits.getShape().get(1);
        return choose(config, count, labels).of(logits, labels);
    }

    /** The loss for these labels. */
    static SequenceLoss choose(PretrainedConfig config, int numLabels, NDArray labels) {
        String type = config.string("problem_type").orElse("");
        if (!type.isEmpty()) {
            return named(type);
        }
        if (numLabels == 1) {
            return REGRESSION;
        }
        return labels.getDataType().isInteger()
                ? SINGLE_LABEL_CLASSIFICATION
                : MULTI_LABEL_CLASSIFICATION;
    }

    private static SequenceLoss named(String type) {
        for (SequenceLoss loss : values()) {
            if (loss.name().toLowerCase(Locale.ROOT).equals(type)) {
                return loss;
            }
        }
        throw new IllegalArgumentException(
                "problem_type '"
                        + type
                        + "' in config.json is unknown. Use regression,"
                        + " single_label_classification or multi_label_classification.");
    }

    private static NDArray floats(NDArray labels) {
        return labels.getDataType() == DataType.FLOAT32 ? labels : Ops.toFloat32(labels);
    }

    static void checkRows(NDArray logits, NDArray labels) {
        Shape shape = labels.getShape();
        if (shape.dimension() == 0 || shape.get(0) != logits.getShape().get(0)) {
            throw new IllegalArgumentException(
                    "There are "
                            + logits.getShape().get(0)
                            + " texts but labels of shape "
                            + shape
                            + ". Give a label (or a row of labels) for each text.");
        }
    }
}
