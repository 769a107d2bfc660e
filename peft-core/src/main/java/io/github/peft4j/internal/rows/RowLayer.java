package io.github.peft4j.internal.rows;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.frozen.LowRank;
import io.github.peft4j.ops.rows.RowOps;
import io.github.peft4j.ops.rows.RowOps.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A layer at which groups of rows differ.
 *
 * <p>Where adapters only add to its output, the layer itself is computed once for all rows, and
 * each adapter for its own. Otherwise each group computes the layer for its rows.
 */
final class RowLayer implements LayerAdapter {

    private final RowAdapters adapters;
    private final AdaptableLayer layer;
    private final boolean weightsDiffer;

    RowLayer(RowAdapters adapters, AdaptableLayer layer, boolean weightsDiffer) {
        this.adapters = adapters;
        this.layer = layer;
        this.weightsDiffer = weightsDiffer;
    }

    @Override
    public Map<String, Parameter> parameters() {
        return ImmutableMap.of(); // those of the adapters belong to their sets
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        RowGroups rows =
                RowGroups.of(pass, x.getShape().get(0), adapters.groupOf(), adapters.count());
        List<AdapterPass> passes = adapters.passes(pass);
        if (!onlyAdds(rows)) {
            return eachForItself(x, rows, passes);
        }
        NDArray y = base.forward(x);
        if (!Gradients.isOn()) {
            List<Segment> segments = new ArrayList<>();
            List<LowRank> products = new ArrayList<>();
            if (collect(rows, passes, segments, products)) {
                return RowOps.addLowRanks(y, x, segments, products);
            }
        }
        return y.add(added(x, y, base, rows, passes));
    }

    private boolean onlyAdds(RowGroups rows) {
        return !weightsDiffer
                && rows.present().stream()
                        .flatMap(group -> adapters.around(group.number(), layer).stream())
                        .allMatch(DeltaAdapter.class::isInstance);
    }

    private NDArray eachForItself(NDArray x, RowGroups rows, List<AdapterPass> passes) {
        List<NDArray> parts = new ArrayList<>();
        for (RowGroups.Group group : rows.present()) {
            parts.add(passes.get(group.number()).apply(layer, group.of(x)));
        }
        return rows.assemble(parts);
    }

    /** What the adapters add, zeros where none acts. */
    private NDArray added(
            NDArray x, NDArray y, BaseLayer base, RowGroups rows, List<AdapterPass> passes) {
        List<NDArray> parts = new ArrayList<>();
        for (RowGroups.Group group : rows.present()) {
            NDArray own = group.of(x);
            NDArray sum = null;
            for (LayerAdapter adapter : adapters.around(group.number(), layer)) {
                NDArray delta =
                        ((DeltaAdapter) adapter).delta(own, base, passes.get(group.number()));
                sum = sum == null ? delta : sum.add(delta);
            }
            parts.add(sum == null ? group.of(y).zerosLike() : sum);
        }
        return rows.assemble(parts);
    }

    /** The thin products and their places; false if an adapter adds something else. */
    private boolean collect(
            RowGroups rows,
            List<AdapterPass> passes,
            List<Segment> segments,
            List<LowRank> products) {
        for (RowGroups.Group group : rows.present()) {
            for (LayerAdapter adapter : adapters.around(group.number(), layer)) {
                LowRank product = ((DeltaAdapter) adapter).lowRank(passes.get(group.number()));
                if (product == null) {
                    return false;
                }
                for (int[] run : group.runs()) {
                    segments.add(new Segment(run[0], run[1], products.size()));
                }
                products.add(product);
            }
        }
        return true;
    }
}
