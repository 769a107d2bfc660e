package io.github.peft4j.transformers.reference;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a tensor of ours is Python's: by an assertion in a test, by a verdict in a report.
 *
 * @param <E> thrown where they differ
 */
public interface Judge<E extends Exception> {

    /**
     * Compares one tensor.
     *
     * @param name with its start, e.g. {@code out.logits} or {@code grad.score.weight}
     * @param rows which rows of the leading axes count, or null for all
     * @throws E if they differ by more than they may
     */
    void compare(String name, NDArray ours, NDArray theirs, boolean @Nullable [] rows) throws E;

    /** What is thrown where we have no such output, or no such parameter. */
    E missing(String name);

    /** An output field, or something made of the outputs under this name; null if we have none. */
    default @Nullable NDArray output(String field, ModelInput input, ModelOutput output) {
        return output.get(field).orElse(null);
    }
}
