package io.github.peft4j.tuner.trainabletokens;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.Ops;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes some rows of a frozen table from a trained one: \(W_{t_k} := \Delta_k\), wherever the table
 * is read, as an embedding or as the weight of an output layer.
 *
 * <ul>
 *   <li>embedding: x [...] int64; y [..., dim], times the layer's own factor if it has one
 *   <li>output layer: x [..., dim]; y [..., rows], without the layer's bias, as in PEFT
 *   <li>Δ: {@code trainable_tokens_delta} [n, dim], trained, float32: the rows themselves, not a
 *       difference; they start as the base's
 * </ul>
 *
 * <p>Costs n comparisons a token where it is looked up, and n·dim multiply-adds where it is an
 * output; the table is not copied.
 */
final class TokenRows implements LayerAdapter, WeightAdapter {

    private final Parameter delta;
    private final ImmutableMap<String, Parameter> owned;
    private final List<Integer> tokens;
    private final NDArray index;
    private final boolean lookUp;
    private final long unmoved;

    /**
     * Acts at a layer.
     *
     * @param delta the trained rows
     * @param owned those of them that are saved under this layer's name, by the rest of their key
     * @param tokens the rows that are replaced
     * @param index the same, int64, in the set's manager
     * @param lookUp whether the layer looks rows up; if not, it multiplies by the table
     * @param unmovedRow the row of the table that gets no gradient, or -1
     */
    TokenRows(
            Parameter delta,
            ImmutableMap<String, Parameter> owned,
            List<Integer> tokens,
            NDArray index,
            boolean lookUp,
            long unmovedRow) {
        this.delta = delta;
        this.owned = owned;
        this.tokens = tokens;
        this.index = index;
        this.lookUp = lookUp;
        unmoved = tokens.indexOf((int) unmovedRow);
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        if (lookUp && tokens.isEmpty()) {
            return base.forward(x);
        }
        NDArray rows = pass.value(delta);
        if (lookUp) {
            double scale = base.outputScale();
            NDArray scaled = scale == 1 ? rows : Ops.scale(rows, scale);
            return Ops.replaceRows(base.forward(x), x, index, scaled, unmoved);
        }
        NDArray y = base.forward(x);
        NDArray bias = base.bias();
        return Ops.replaceOutputs(bias == null ? y : y.sub(bias), x, index, rows);
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return Ops.withRows(current, index, pass.value(delta));
    }

    @Override
    public @Nullable String conflict(Adapter other) {
        if (!(other instanceof TokenRows rows)) {
            return null;
        }
        Set<Integer> both = Sets.intersection(Set.copyOf(tokens), Set.copyOf(rows.tokens));
        return both.isEmpty()
                ? null
                : "the token indices "
                        + ImmutableSortedSet.copyOf(both)
                        + " stand in both. Token indices of active adapters must be disjoint.";
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return owned;
    }
}
