package io.github.peft4j.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.ops.Ops;
import org.jspecify.annotations.Nullable;

/**
 * Mixes neighbours of a sequence: {@code y_t = sum_j W_j x_(t + j - width / 2) + b}, with zeros
 * beyond both ends.
 *
 * <ul>
 *   <li>x: [B, in, S]; y: [B, out, S], as in {@code torch.nn.Conv1d}
 *   <li>weight W: [out, in / groups, width], an odd width; bias b: [out]
 * </ul>
 */
public final class SequenceConvolution extends Leaf {

    private final Parameter weight;
    private final Parameter bias;
    private final int padding;
    private final int groups;

    /**
     * A layer as long as its input.
     *
     * @param groups into how many parts, none of which sees another, the features split
     * @throws IllegalArgumentException if the width is even, or the features do not split
     */
    public SequenceConvolution(int in, int out, int width, int groups) {
        if (width < 1 || width % 2 == 0 || groups < 1 || in % groups != 0 || out % groups != 0) {
            throw new IllegalArgumentException(
                    "A convolution of width "
                            + width
                            + " in "
                            + groups
                            + " groups of "
                            + in
                            + " features must have an odd width and groups that divide them."
                            + " Correct conv_kernel_size and conv_groups in config.json.");
        }
        weight = parameter("weight", Parameter.Type.WEIGHT, out, in / groups, width);
        bias = parameter("bias", Parameter.Type.BIAS, out);
        padding = width / 2;
        this.groups = groups;
    }

    @Override
    public NDArray compute(NDArray x, NDArray w, @Nullable NDArray b) {
        if (b == null) {
            throw new IllegalArgumentException("This convolution has a bias; none was given.");
        }
        return Ops.convolve(x, w, b, padding, groups);
    }

    @Override
    public LayerKind kind() {
        return LayerKind.CONVOLUTION;
    }

    @Override
    public Parameter weight() {
        return weight;
    }

    @Override
    public Parameter bias() {
        return bias;
    }
}
