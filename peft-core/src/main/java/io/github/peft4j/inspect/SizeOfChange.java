package io.github.peft4j.inspect;

import org.jspecify.annotations.Nullable;

/**
 * How much a tensor, or a layer's product of two, differs between two adapters: their Frobenius
 * norms in numbers.
 *
 * @param name the tensor's key or the layer's path, without {@code base_model.model.}
 * @param first norm in the first adapter; null if it is not finite
 * @param second norm in the second adapter; null if it is not finite
 * @param change norm of the difference; null if it is not finite
 */
public record SizeOfChange(
        String name, @Nullable Double first, @Nullable Double second, @Nullable Double change) {

    /** The change against the first one; null if that is zero and the second is not, or unknown. */
    public @Nullable Double relative() {
        if (change == null || first == null) {
            return null;
        }
        return change == 0 ? Double.valueOf(0) : first == 0 ? null : (Double) (change / first);
    }

    /** By which changes are sorted: what has no size comes first, then the largest. */
    double rank() {
        Double relative = relative();
        return relative == null ? Double.POSITIVE_INFINITY : relative;
    }
}
