package io.github.peft4j.transformers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.reference.Judge;
import org.jspecify.annotations.Nullable;

/**
 * Asserts that tensors are close to Python's, gradients less so than outputs.
 *
 * @param how said before a tensor's name
 */
public record ClosenessJudge(String how) implements Judge<RuntimeException> {

    @Override
    public void compare(String name, NDArray ours, NDArray theirs, boolean @Nullable [] rows) {
        double tolerance = name.startsWith("grad.") ? Tensors.GRADIENT : Tensors.OUTPUT;
        if (rows == null) {
            Tensors.assertClose(ours, theirs, tolerance, how + name);
        } else {
            Tensors.assertClose(kept(ours, rows), kept(theirs, rows), tolerance, how + name);
        }
    }

    /** Zeros in the other rows. */
    private static NDArray kept(NDArray array, boolean[] rows) {
        Shape wide = array.getShape().slice(0, 2);
        NDArray mask = array.getManager().create(rows, wide).toType(DataType.FLOAT32, false);
        for (int i = 2; i < array.getShape().dimension(); i++) {
            mask = mask.expandDims(i);
        }
        return array.mul(mask.broadcast(array.getShape()));
    }

    @Override
    public RuntimeException missing(String name) {
        throw new AssertionError(how + name + " is missing");
    }
}
