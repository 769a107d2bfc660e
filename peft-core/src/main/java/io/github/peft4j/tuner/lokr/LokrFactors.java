package io.github.peft4j.tuner.lokr;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a layer's change is split into factors.
 *
 * @param decomposeBoth whether the first matrix of the Kronecker product, too, is a product of thin
 *     ones where that saves numbers; default false
 * @param decomposeFactor the factor of inputs and outputs that goes to the first matrix, where it
 *     divides them; -1 for the one closest to their root; default -1
 * @param useEffectiveConv2d whether a convolution's kernel has factors of its own; default false
 */
public record LokrFactors(boolean decomposeBoth, int decomposeFactor, boolean useEffectiveConv2d) {

    /** Whether a thin form of a matrix with this many rows or columns saves numbers. */
    static boolean isThin(int r, long rows, long columns) {
        return r < Math.max(rows, columns) / 2.0;
    }

    /** Puts the fields under their JSON keys. */
    void putInto(Map<String, @Nullable Object> json) {
        json.put("decompose_both", decomposeBoth);
        json.put("decompose_factor", decomposeFactor);
        json.put("use_effective_conv2d", useEffectiveConv2d);
    }
}
