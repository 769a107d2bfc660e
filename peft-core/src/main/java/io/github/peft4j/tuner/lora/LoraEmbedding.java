package io.github.peft4j.tuner.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.Ops;

/**
 * Adds a product of two thin matrices to a frozen embedding table.
 *
 * <p>\(y = W[x] + s\,A^\top[x] B^\top\). Equal to the table \(W + s\,(B A)^\top\). A factor on the
 * embedding's output acts on both summands.
 *
 * <ul>
 *   <li>x: [...] int64; y: [..., dim]
 *   <li>A: {@code lora_embedding_A} [r, rows], starts at zero; B: {@code lora_embedding_B} [dim,
 *       r], starts standard normal; both trained, float32
 *   <li>s as in {@link LoraLinear}; dropout does not act here, as in PEFT
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021, equation 3</a>
 */
final class LoraEmbedding implements DeltaAdapter, WeightAdapter {

    private final Parameter a;
    private final Parameter b;
    private final double scaling;

    LoraEmbedding(Parameter a, Parameter b, double scaling) {
        this.a = a;
        this.b = b;
        this.scaling = scaling;
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray low = Ops.embedding(x, pass.value(a).transpose());
        return Ops.scale(Ops.linear(low, pass.value(b), null), scale(pass) * base.outputScale());
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        NDArray product = Ops.lowRank(pass.value(a), pass.value(b), scale(pass));
        return current.add(product.transpose());
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("lora_embedding_A", a, "lora_embedding_B", b);
    }

    private double scale(AdapterPass pass) {
        return scaling * pass.scale(this);
    }
}
