package io.github.peft4j.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.primitives.Longs;
import io.github.peft4j.model.ConvolutionLayer;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.ops.ConvolutionSpec;
import io.github.peft4j.ops.Ops;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Weighs neighbours along one, two or three axes: {@code y_o = sum_i W_oi * x_i + b_o}, where * is
 * cross-correlation with zeros beyond the ends, as in {@code torch.nn.Conv1d}, {@code Conv2d} and
 * {@code Conv3d}.
 *
 * <ul>
 *   <li>x: [B, in, length...]; y: [B, out, length'...]
 *   <li>weight W: [out, in / groups, kernel...]; bias b: [out], or absent
 * </ul>
 *
 * <p>To adapters its weight is the matrix [out, in / groups · kernel], whose rows weigh one patch
 * of the input.
 */
public final class Convolution extends Leaf implements ConvolutionLayer {

    private final ConvolutionSpec form;
    private final Parameter weight;
    private final @Nullable Parameter bias;

    /** A layer with a bias. */
    public Convolution(ConvolutionSpec form, long in, long out, long... kernel) {
        this(form, in, out, Longs.asList(kernel), true);
    }

    /**
     * A layer with or without a bias.
     *
     * @param kernel its width along each axis; one number counts for every axis
     * @throws IllegalArgumentException if the channels do not split into the groups, or the kernel
     *     has another number of axes than the form
     */
    public Convolution(
            ConvolutionSpec form, long in, long out, List<Long> kernel, boolean hasBias) {
        if (in % form.groups() != 0 || out % form.groups() != 0) {
            throw new IllegalArgumentException(
                    "A convolution in "
                            + form.groups()
                            + " groups has "
                            + in
                            + " input and "
                            + out
                            + " output channels; the groups must divide both.");
        }
        if (kernel.size() != 1 && kernel.size() != form.axes()) {
            throw new IllegalArgumentException(
                    "The kernel "
                            + kernel
                            + " must have one number for each of the "
                            + form.axes()
                            + " axes.");
        }
        this.form = form;
        long[] shape = new long[form.axes() + 2];
        shape[0] = out;
        shape[1] = in / form.groups();
        for (int i = 0; i < form.axes(); i++) {
            shape[i + 2] = kernel.get(kernel.size() == 1 ? 0 : i);
        }
        weight = parameter("weight", Parameter.Type.WEIGHT, shape);
        bias = hasBias ? parameter("bias", Parameter.Type.BIAS, out) : null;
    }

    @Override
    public NDArray compute(NDArray x, NDArray w, @Nullable NDArray b) {
        return Ops.convolve(x, w, b, form);
    }

    @Override
    public NDArray canonical(NDArray w) {
        return w.reshape(w.getShape().get(0), -1);
    }

    @Override
    public NDArray stored(NDArray w) {
        return w.reshape(weight.getShape());
    }

    @Override
    public ConvolutionSpec form() {
        return form;
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
    public @Nullable Parameter bias() {
        return bias;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        Shape w = weight.getShape();
        Shape y = new Shape(shapes[0].get(0), w.get(0));
        for (int i = 0; i < form.axes(); i++) {
            y = y.add(form.outputs(i, shapes[0].get(i + 2), w.get(i + 2)));
        }
        return new Shape[] {y};
    }
}
