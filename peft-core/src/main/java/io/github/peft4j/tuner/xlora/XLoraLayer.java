package io.github.peft4j.tuner.xlora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.ops.Ops;

/**
 * One layer under its LoRA experts, weighted token by token.
 *
 * <p>\(y = W x + b + g \sum_k \Delta_k(s_k x)\) with the weights s [B, S, K] of the pass; on an
 * embedding, whose input is ids, \(g \sum_k s_k \Delta_k(x)\). It owns no tensors.
 *
 * <ul>
 *   <li>x: [B, S, in], or ids [B, S]; y: [B, S, out]
 * </ul>
 */
final class XLoraLayer implements LayerAdapter {

    private static final int WITH_FEATURES = 3;

    private final XLoraRouter router;
    private final int number;
    private final ImmutableList<Expert> experts;
    private final boolean embedding;

    /**
     * An expert that has an adapter here.
     *
     * @param number which one it is
     */
    record Expert(int number, DeltaAdapter adapter) {}

    XLoraLayer(XLoraRouter router, int number, ImmutableList<Expert> experts, boolean embedding) {
        this.router = router;
        this.number = number;
        this.experts = experts;
        this.embedding = embedding;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray y = base.forward(x);
        Preconditions.checkArgument(
                y.getShape().dimension() == WITH_FEATURES,
                "X-LoRA weights tokens, but an adapted layer gives %s instead of [batch, sequence,"
                        + " features]. Use experts without this layer.",
                y.getShape());
        NDArray weights = router.weights(pass).at(number);
        Preconditions.checkArgument(
                weights.getShape().get(1) == y.getShape().get(1),
                "X-LoRA has weights for %s tokens, but an adapted layer sees %s: an encoder and a"
                        + " decoder read texts of different lengths. Use X-LoRA with models of one"
                        + " stack.",
                weights.getShape().get(1),
                y.getShape().get(1));
        for (Expert expert : experts) {
            NDArray weight = weights.get("..., {}:{}", expert.number(), expert.number() + 1);
            NDArray delta =
                    embedding
                            ? expert.adapter().delta(x, base, pass).mul(weight)
                            : expert.adapter().delta(x.mul(weight), base, pass);
            y = y.add(Ops.scale(delta, router.globalWeight()));
        }
        return y;
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of();
    }
}
