package io.github.peft4j.tuner;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.Ops;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds a change of weight to a frozen convolution: \(y = (W + \Delta) * x + b\), computed as two
 * convolutions of the same form.
 *
 * <ul>
 *   <li>x: [B, in, length...]; y: [B, out, length'...]
 *   <li>W: [out, in / groups, kernel...]; Δ is a method's, as a matrix [out, in / groups · kernel]
 * </ul>
 */
public final class KernelAdapter implements DeltaAdapter, WeightAdapter {

    private final ConvolutionShape shape;
    private final Change change;

    /** What a method adds. */
    public interface Change {

        /** The change, by a factor: [out, in / groups · kernel]. */
        NDArray weight(double factor, AdapterPass pass);

        /** The tensors of the change by suffix. */
        Map<String, Parameter> parameters();

        /** The input that the change sees: dropped by chance, in some methods. */
        default NDArray input(NDArray x, AdapterPass pass) {
            return x;
        }

        /** See {@link WeightAdapter#needsActivation}. */
        default @Nullable String needsActivation() {
            return null;
        }
    }

    /** A change of a convolution of this shape. */
    public KernelAdapter(ConvolutionShape shape, Change change) {
        this.shape = shape;
        this.change = change;
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray matrix = change.weight(pass.scale(this), pass);
        long in = shape.in() / shape.form().groups();
        NDArray kernel = matrix.reshape(shape.withKernel(shape.out(), in));
        return Ops.convolve(change.input(x, pass), kernel, null, shape.form());
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.add(change.weight(pass.scale(this), pass));
    }

    @Override
    public @Nullable String needsActivation() {
        return change.needsActivation();
    }

    @Override
    public Map<String, Parameter> parameters() {
        return change.parameters();
    }
}
