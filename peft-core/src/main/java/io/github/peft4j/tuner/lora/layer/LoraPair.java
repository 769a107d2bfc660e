package io.github.peft4j.tuner.lora.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.base.Preconditions;
import io.github.peft4j.adapter.set.FileTensor;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.ops.TensorOps;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of an adapter as two matrices, whatever the axes of its layer: the change of the
 * weight is \(s B A\).
 *
 * @param a first axis r
 * @param b first two axes [rows, r / groups]
 * @param scaling s
 * @param taken what the start has taken out of the base, or null
 * @param groups of a convolution, none of which sees the channels of another; else 1
 */
public record LoraPair(
        Parameter a, Parameter b, double scaling, @Nullable TakenPair taken, int groups) {

    /** A pair of a start that leaves the base whole, in one group. */
    public LoraPair(Parameter a, Parameter b, double scaling) {
        this(a, b, scaling, null, 1);
    }

    /** How many rows {@link #matrixA} has. */
    public int rank() {
        int trained = Math.toIntExact(a.getShape().get(0));
        return taken == null ? trained : 2 * trained;
    }

    /** A copy of A [rank, columns]; where the start took a part out of the base, with A0 below. */
    public NDArray matrixA(NDManager scratch) {
        NDArray trained = copy(a, scratch);
        NDArray all = taken == null ? trained : trained.concat(copy(taken.a(), scratch), 0);
        return all.reshape(all.getShape().get(0), -1);
    }

    /** A copy of B [rows, rank / groups]; where the start took a part, with -B0 at its right. */
    public NDArray matrixB(NDManager scratch) {
        NDArray trained = copy(b, scratch);
        NDArray all = taken == null ? trained : trained.concat(copy(taken.b(), scratch), 1);
        return all.reshape(all.getShape().get(0), -1);
    }

    private static NDArray copy(Parameter parameter, NDManager scratch) {
        NDArray copy = HeldNumbers.detached(parameter.getArray());
        copy.attach(scratch);
        return copy;
    }

    /**
     * Gives a pair without values these ones, with zeros for the rest of its rank.
     *
     * @param newA [k, columns], k at most this pair's rank
     * @param newB [rows, k / groups]
     * @param keep holds the values until the adapter's set has been initialized
     */
    public void put(NDArray newA, NDArray newB, NDManager keep) {
        put(a, padded(newA, a.getShape().get(0), 0), keep);
        put(b, padded(newB, b.getShape().get(1), 1), keep);
    }

    private static void put(Parameter parameter, NDArray value, NDManager keep) {
        NDArray own = TensorOps.detached(value.reshape(-1)).reshape(parameter.getShape());
        own.attach(keep);
        FileTensor.put(parameter, own);
    }

    private static NDArray padded(NDArray matrix, long size, int axis) {
        long missing = size - matrix.getShape().get(axis);
        if (missing == 0) {
            return matrix;
        }
        Preconditions.checkState(missing > 0, "A pair of rank %s is given %s.", size, matrix);
        long other = matrix.getShape().get(1 - axis);
        Shape rest = axis == 0 ? new Shape(missing, other) : new Shape(other, missing);
        return matrix.concat(matrix.getManager().zeros(rest), axis);
    }
}
