package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.layout.TokenLayout;
import java.util.Arrays;

/**
 * Which positions of a batch have a label, and what it is: the rows whose scores a loss needs.
 *
 * @param rows [K] int64, of the hidden states laid flat
 * @param targets [K] int64
 * @param batchRows the row of the batch that each stands in, [K]
 */
record TokenLoss(NDArray rows, NDArray targets, ImmutableIntArray batchRows) {

    /**
     * The positions of labels [B, S] other than -100.
     *
     * @param shift 1 if a position is to name the next one's label, 0 its own
     * @param classes how many labels there are
     */
    static TokenLoss of(NDArray labels, TokenLayout layout, int shift, long classes) {
        Shape shape = layout.shape();
        if (!labels.getShape().equals(shape)) {
            throw new IllegalArgumentException(
                    "The labels are "
                            + labels.getShape()
                            + ", the tokens "
                            + shape
                            + ". Give a label for each token, "
                            + ClassLabels.IGNORE
                            + " where none counts.");
        }
        long[] values = ClassLabels.checked(labels, classes);
        int length = (int) shape.get(1);
        long[] positions = new long[values.length];
        long[] targets = new long[values.length];
        int count = 0;
        for (int i = 0; i < values.length; i++) {
            if (values[i] != ClassLabels.IGNORE && i % length >= shift) {
                positions[count] = (long) i - shift;
                targets[count++] = values[i];
            }
        }
        if (count == 0) {
            throw new IllegalArgumentException(
                    "No token of the batch has a label: all are "
                            + ClassLabels.IGNORE
                            + (shift > 0 ? " or stand first in their row" : "")
                            + ". Leave such batches out.");
        }
        return new TokenLoss(
                layout.rows(Arrays.copyOf(positions, count)),
                labels.getManager().create(Arrays.copyOf(targets, count)),
                ImmutableIntArray.copyOf(
                        Arrays.stream(positions, 0, count)
                                .mapToInt(position -> (int) (position / length))));
    }

    /** Mean cross entropy of the scores of all positions, laid flat [*, classes]. */
    NDArray ofAll(NDArray flatLogits) {
        return of(Ops.rows(flatLogits, rows));
    }

    /** Mean cross entropy of the scores of these rows alone, [K, classes]. */
    NDArray of(NDArray logits) {
        return Ops.crossEntropy(logits, targets, ClassLabels.IGNORE);
    }
}
