package io.github.peft4j.task.translate;

import ai.djl.ndarray.NDList;
import ai.djl.translate.Batchifier;
import java.util.Arrays;

/**
 * For inputs whose arrays are a batch already: one input passes as it is, and so do its outputs.
 * Several inputs become a batch in {@code batchProcessInput}, not here.
 */
final class RowsAsBatch implements Batchifier {

    private static final long serialVersionUID = 1L;

    @Override
    public NDList batchify(NDList[] inputs) {
        if (inputs.length != 1) {
            throw new IllegalArgumentException(
                    "%d inputs are joined after they became rows. Call batchProcessInput with all."
                            .formatted(inputs.length));
        }
        return inputs[0];
    }

    @Override
    public NDList[] unbatchify(NDList outputs) {
        return new NDList[] {outputs};
    }

    @Override
    public NDList[] split(NDList list, int numOfSlices, boolean evenSplit) {
        throw new UnsupportedOperationException(
                "The rows of %s belong together. Predict on one device."
                        .formatted(Arrays.toString(list.getShapes())));
    }
}
