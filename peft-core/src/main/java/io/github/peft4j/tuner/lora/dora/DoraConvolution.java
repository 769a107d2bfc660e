package io.github.peft4j.tuner.lora.dora;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.ops.ConvolutionSpec;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.lora.DoraOps;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.lora.layer.LoraConvolution;
import io.github.peft4j.tuner.lora.layer.LoraTensors;
import org.jspecify.annotations.Nullable;

/**
 * Turns the kernels of a frozen convolution by LoRA and gives them lengths of their own, one an
 * output channel.
 *
 * <p>\(y = g \odot (W * x + s\,B * (A * x)) + b\) with \(g = m / \lVert W + s B A \rVert\), all
 * taken as matrices; dropout as in {@link DoraLinear}. Groups are those of {@link LoraConvolution};
 * the lengths are PEFT's there too, which lays the product of A and B out as if there were one.
 *
 * <ul>
 *   <li>x: [B, in, length...]; y: [B, out, length'...]
 *   <li>A, B as in {@link LoraConvolution}; m: {@code lora_magnitude_vector} [1, out, 1...]; all
 *       trained, float32
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2402.09353">Liu et al. 2024, equation 5</a>
 */
final class DoraConvolution extends DoraLayer {

    private final LoraTensors tensors;
    private final LoraConvolution lora;
    private final ConvolutionShape shape;

    DoraConvolution(LoraTensors tensors, Magnitude magnitude, ConvolutionShape shape) {
        super(tensors.byName(), tensors.scaling(), magnitude);
        this.tensors = tensors;
        this.shape = shape;
        lora = new LoraConvolution(tensors, shape);
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray y = base.forward(x);
        NDArray input = tensors.dropout().of(x, pass);
        NDArray change = lora.change(input, scale(pass), pass);
        lora.requireFit(change, y);
        NDArray m = magnitude(pass);
        NDArray norm = norm(pass, base::weight);
        if (input == x) {
            return DoraOps.channels(y, change, m, norm, base.bias());
        }
        ConvolutionSpec form = shape.form();
        NDArray kernel =
                base.weight().reshape(shape.withKernel(shape.out(), shape.in() / form.groups()));
        NDArray again = Ops.convolve(input, kernel, null, form);
        return DoraOps.again(y, again, change, m, norm, 1);
    }

    @Override
    NDArray lengths(NDArray weight, double scale, AdapterPass pass) {
        return DoraOps.norm(weight, lora.product(scale, pass).reshape(weight.getShape()));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        lora.requireOneGroup();
        NDArray change = lora.product(scale(pass), pass);
        return DoraOps.rows(current, change, magnitude(pass), norm(pass, () -> frozen));
    }

    @Override
    public @Nullable String needsActivation() {
        return tensors.dropout().needsActivation();
    }
}
