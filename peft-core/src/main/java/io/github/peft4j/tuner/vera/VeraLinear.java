package io.github.peft4j.tuner.vera;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.tuner.InputDropout;
import io.github.peft4j.tuner.LinearShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds a product of two shared random matrices to a frozen linear layer, weighed by two vectors of
 * its own.
 *
 * <p>\(y = x W^\top + c + b \odot (B (d \odot (A x)))\), with dropout on the adapter's input while
 * training. Equal to the weight \(W + \mathrm{diag}(b) B \mathrm{diag}(d) A\).
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>A [r, in] and B [out, r]: see {@link VeraProjections}
 *   <li>d: {@code vera_lambda_d} [r], trained, float32; starts at {@code d_initial}
 *   <li>b: {@code vera_lambda_b} [out], trained, float32; starts at zero
 * </ul>
 *
 * <p>Costs r·(in + out) multiply-adds a token, and r + out parameters.
 *
 * @see <a href="https://arxiv.org/abs/2310.11454">Kopiczko et al. 2023, equation 2</a>
 */
final class VeraLinear implements DeltaAdapter, WeightAdapter {

    private final VeraProjections projections;
    private final LinearShape shape;
    private final Parameter d;
    private final Parameter b;
    private final InputDropout dropout;

    VeraLinear(
            VeraProjections projections,
            LinearShape shape,
            Parameter d,
            Parameter b,
            InputDropout dropout) {
        this.projections = projections;
        this.shape = shape;
        this.d = d;
        this.b = b;
        this.dropout = dropout;
    }

    /** The matrices that this layer shares with the others of its adapter. */
    VeraProjections projections() {
        return projections;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray y = base.forward(x);
        return DeltaOps.veraAdd(y, dropout.of(x, pass), vera(pass), pass.scale(this));
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        return DeltaOps.veraDelta(dropout.of(x, pass), vera(pass), pass.scale(this));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.add(DeltaOps.veraWeight(vera(pass), pass.scale(this)));
    }

    @Override
    public @Nullable String needsActivation() {
        return dropout.needsActivation();
    }

    @Override
    public List<Parameter> factors() {
        return ImmutableList.of(b, d);
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("vera_lambda_b", b, "vera_lambda_d", d);
    }

    private DeltaOps.Vera vera(AdapterPass pass) {
        return new DeltaOps.Vera(
                projections.a(shape.in(), pass),
                projections.b(shape.out(), pass),
                pass.value(d),
                pass.value(b));
    }
}
