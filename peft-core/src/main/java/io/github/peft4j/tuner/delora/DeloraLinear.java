package io.github.peft4j.tuner.delora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.InputDropout;
import org.jspecify.annotations.Nullable;

/**
 * Adds a product of two thin matrices to a frozen linear layer, with its directions and its
 * strength apart.
 *
 * <p>\(y = x W^\top + c + B \Xi A (n \odot d(x))\) with \(\Xi = \mathrm{diag}_j\big(\lambda / (r
 * \lVert a_j \rVert \lVert b_j \rVert)\big)\), where a_j are the rows of A, b_j the columns of B, d
 * is dropout while training, and no norm in Ξ counts as less than 10⁻⁴. Equal to the weight \(W + B
 * \Xi A \, \mathrm{diag}(n)\), so it merges without loss.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]; c: the layer's bias
 *   <li>A: {@code delora_A} [r, in], trained, float32; starts uniform within 1/√in
 *   <li>B: {@code delora_B} [out, r], trained, float32; starts at zero
 *   <li>λ: {@code delora_lambda} [1], trained, float32; starts at the option of that name
 *   <li>n: {@code delora_w_norm} [in], frozen, float32: the norms of the columns of W
 * </ul>
 *
 * <p>Costs r·(in + out) multiply-adds a token, some r·(in + out) more a call, and r·(in + out) + 1
 * parameters.
 *
 * @see <a href="https://arxiv.org/abs/2503.18225">Bini et al. 2025, section 3</a>
 */
final class DeloraLinear implements DeltaAdapter, WeightAdapter {

    private final Parameter a;
    private final Parameter b;
    private final Parameter lambda;
    private final Parameter norms;
    private final InputDropout dropout;

    DeloraLinear(
            Parameter a, Parameter b, Parameter lambda, Parameter norms, InputDropout dropout) {
        this.a = a;
        this.b = b;
        this.lambda = lambda;
        this.norms = norms;
        this.dropout = dropout;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray y = base.forward(x);
        return Ops.loraAdd(y, dropout.of(x, pass), scaledA(pass), pass.value(b), pass.scale(this));
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        return Ops.loraDelta(dropout.of(x, pass), scaledA(pass), pass.value(b), pass.scale(this));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.add(Ops.lowRank(scaledA(pass), pass.value(b), pass.scale(this)));
    }

    @Override
    public @Nullable String needsActivation() {
        return dropout.needsActivation();
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of(
                "delora_A", a, "delora_B", b, "delora_lambda", lambda, "delora_w_norm", norms);
    }

    /** Ξ A diag(n): what is left is a product of two thin matrices. */
    private NDArray scaledA(AdapterPass pass) {
        return DeltaOps.deloraA(
                pass.value(a), pass.value(b), pass.value(lambda), pass.value(norms));
    }
}
