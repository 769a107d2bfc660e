package io.github.peft4j.tuner.lora.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.frozen.LowRank;
import java.util.List;
import java.util.Map;

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
public final class LoraEmbedding implements DeltaAdapter, PairAdapter {

    private final EmbeddingTensors tensors;

    /** A layer's tensors. */
    public LoraEmbedding(EmbeddingTensors tensors) {
        this.tensors = tensors;
    }

    @Override
    public LoraPair pair() {
        return new LoraPair(tensors.a(), tensors.b(), tensors.scaling());
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray low = Ops.embedding(x, pass.value(tensors.a()).transpose());
        return Ops.scale(
                Ops.linear(low, pass.value(tensors.b()), null), scale(pass) * base.outputScale());
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        NDArray product =
                Ops.lowRank(pass.value(tensors.a()), pass.value(tensors.b()), scale(pass));
        return current.add(product.transpose());
    }

    @Override
    public LowRank lowRankChange(NDArray frozen, AdapterPass pass) {
        return new LowRank(
                pass.value(tensors.b()).transpose(),
                pass.value(tensors.a()).transpose(),
                scale(pass));
    }

    @Override
    public List<Parameter> factors() {
        return ImmutableList.copyOf(tensors.byName().values());
    }

    @Override
    public Map<String, Parameter> parameters() {
        return tensors.byName();
    }

    private double scale(AdapterPass pass) {
        return tensors.scaling() * pass.scale(this);
    }
}
