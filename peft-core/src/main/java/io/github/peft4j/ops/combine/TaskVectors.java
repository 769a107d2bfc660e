package io.github.peft4j.ops.combine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import com.google.common.base.Preconditions;
import io.github.peft4j.internal.script.ScriptModule;
import io.github.peft4j.ops.Operands;

/**
 * Tensors of one shape, each what a training has learned, and how they become one. Results land in
 * the manager of the first array.
 */
public final class TaskVectors {

    private TaskVectors() {}

    private static ScriptModule module() {
        return ScriptModule.get();
    }

    /**
     * Sets all numbers but those of the largest amount to zero.
     *
     * @param density share d in [0, 1] of the numbers that stay; as many as d times their number,
     *     rounded down
     */
    public static NDArray keepLargest(NDArray x, double density) {
        return module().call("keep_largest", x, (long) (density * x.size()));
    }

    /**
     * Sets numbers to zero by chance and divides the others by their share, so that the mean over
     * many draws is x.
     *
     * @param draws uniform in [0, 1), of the shape of x
     * @param density share in (0, 1) of the numbers that stay
     * @see <a href="https://arxiv.org/abs/2311.03099">Yu et al. 2024, section 3.2</a>
     */
    public static NDArray keepDrawn(NDArray x, NDArray draws, double density) {
        Operands.requireShape(draws, x.getShape(), "draw");
        return module().call("keep_drawn", x, draws, density);
    }

    /** The sum of tensors times their weights. */
    public static NDArray sum(NDList tensors, double[] weights) {
        NDArray stack = stack(tensors, weights);
        return module().call("weighted_sum", stack, weights(stack, weights));
    }

    /**
     * The mean of tensors times their weights, at each place over those alone whose number has the
     * sign that prevails there: the sign of the numbers' sum, or that of most numbers. The weights
     * take no part in that.
     *
     * @param byVotes whether each number counts as one vote, whatever its amount
     * @see <a href="https://arxiv.org/abs/2306.01708">Yadav et al. 2023, algorithm 1</a>
     */
    public static NDArray electedMean(NDList tensors, double[] weights, boolean byVotes) {
        NDArray stack = stack(tensors, weights);
        return module().call("elected_mean", stack, weights(stack, weights), byVotes ? 1 : 0);
    }

    private static NDArray stack(NDList tensors, double[] weights) {
        Preconditions.checkArgument(
                tensors.size() == weights.length,
                "%s tensors have %s weights. Give each its own.",
                tensors.size(),
                weights.length);
        return NDArrays.stack(tensors);
    }

    private static NDArray weights(NDArray stack, double[] weights) {
        float[] values = new float[weights.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) weights[i];
        }
        return stack.getManager().create(values);
    }
}
