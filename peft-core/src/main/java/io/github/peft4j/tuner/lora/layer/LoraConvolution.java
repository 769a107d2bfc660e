package io.github.peft4j.tuner.lora.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.ops.ConvolutionSpec;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.frozen.LowRank;
import io.github.peft4j.tuner.ConvolutionShape;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds two convolutions to a frozen one: to r channels with its kernel, and from there to its
 * outputs point by point.
 *
 * <p>\(y = W * x + b + s\,(B * (A * d(x)) + c)\), where d is dropout while training. In one group
 * equal to the weight \(W + s B A\), all taken as matrices, and the bias \(b + s c\).
 *
 * <ul>
 *   <li>x: [B, in, length...]; y: [B, out, length'...]
 *   <li>A: {@code lora_A.weight} [r, in, kernel...], with stride and padding of the base, but never
 *       its groups or its dilation, as in PEFT
 *   <li>B: {@code lora_B.weight} [out, r / groups, 1...], in the groups of the base; both trained,
 *       float32
 *   <li>c: {@code lora_B.bias} [out], only with {@code lora_bias}
 *   <li>s as in {@link LoraLinear}
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021, equation 3</a>
 */
public final class LoraConvolution implements DeltaAdapter, PairAdapter {

    private final LoraTensors tensors;
    private final String path;
    private final ConvolutionSpec down;
    private final ConvolutionSpec up;

    /** A layer's tensors, and its sizes. */
    public LoraConvolution(LoraTensors tensors, ConvolutionShape shape) {
        this.tensors = tensors;
        path = shape.path();
        ConvolutionSpec base = shape.form();
        down = base.withDilation(1).withGroups(1);
        up = ConvolutionSpec.plain(base.axes()).withGroups(base.groups());
    }

    @Override
    public LoraPair pair() {
        return new LoraPair(
                tensors.a(), tensors.b(), tensors.scaling(), tensors.taken(), up.groups());
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        return change(tensors.dropout().of(x, pass), scale(pass), pass);
    }

    /** What A and B make of an input as it is, by a factor: the output's shape. */
    public NDArray change(NDArray input, double scale, AdapterPass pass) {
        NDArray low = Ops.convolve(input, pass.value(tensors.a()), null, down);
        NDArray bias = tensors.bias() == null ? null : pass.value(tensors.bias());
        return Ops.scale(Ops.convolve(low, pass.value(tensors.b()), bias, up), scale);
    }

    /** A times B by a factor, as PEFT lays it out: [out, in / groups · kernel] for one group. */
    public NDArray product(double scale, AdapterPass pass) {
        NDArray a = pass.value(tensors.a());
        NDArray b = pass.value(tensors.b());
        long r = a.getShape().get(0);
        return Ops.lowRank(a.reshape(r, -1), b.reshape(new Shape(-1, r)), scale);
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray y = base.forward(x);
        NDArray delta = delta(x, base, pass);
        requireFit(delta, y);
        return y.add(delta);
    }

    /**
     * Refuses to add what has another shape than the layer's output.
     *
     * @throws IllegalStateException with the cure
     */
    public void requireFit(NDArray delta, NDArray y) {
        if (!delta.getShape().equals(y.getShape())) {
            throw new IllegalStateException(
                    "LoRA's convolution at "
                            + path
                            + " gives "
                            + delta.getShape()
                            + " where the layer gives "
                            + y.getShape()
                            + ": as in PEFT, dilation is not copied to it. Leave dilated"
                            + " convolutions out of target_modules.");
        }
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        requireOneGroup();
        return current.add(product(scale(pass), pass));
    }

    @Override
    public LowRank lowRankChange(NDArray frozen, AdapterPass pass) {
        requireOneGroup();
        NDArray a = pass.value(tensors.a());
        long r = a.getShape().get(0);
        NDArray b = pass.value(tensors.b()).reshape(new Shape(-1, r));
        return new LowRank(a.reshape(r, -1), b, scale(pass));
    }

    /**
     * Refuses to act through the weight of a layer in groups.
     *
     * @throws IllegalStateException with the cure
     */
    public void requireOneGroup() {
        if (up.groups() > 1) {
            throw new IllegalStateException(
                    "LoRA at "
                            + path
                            + ", a convolution with groups > 1 (here "
                            + up.groups()
                            + "), cannot be merged into its weight, and acts on this library's"
                            + " layers only. Keep the adapter unmerged.");
        }
    }

    @Override
    public @Nullable NDArray bias(@Nullable NDArray current, AdapterPass pass) {
        return tensors.biasOver(current, scale(pass), pass);
    }

    @Override
    public @Nullable String needsActivation() {
        return tensors.dropout().needsActivation();
    }

    @Override
    public List<Parameter> factors() {
        return tensors.factors();
    }

    @Override
    public Map<String, Parameter> parameters() {
        return tensors.byName();
    }

    private double scale(AdapterPass pass) {
        return tensors.scaling() * pass.scale(this);
    }
}
