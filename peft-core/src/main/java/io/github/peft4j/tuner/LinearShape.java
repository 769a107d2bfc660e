package io.github.peft4j.tuner;

import ai.djl.ndarray.types.Shape;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;

/**
 * Features of a linear layer, however its weight is stored.
 *
 * @param out outputs: rows of W
 * @param in inputs: columns of W
 */
public record LinearShape(long out, long in) {

    /** The shape of a layer of kind LINEAR or CONV1D_TRANSPOSED. */
    public static LinearShape of(LayerSite site) {
        Shape shape = site.requireWeight().getShape();
        return site.kind() == LayerKind.CONV1D_TRANSPOSED
                ? new LinearShape(shape.get(1), shape.get(0))
                : new LinearShape(shape.get(0), shape.get(1));
    }
}
