package io.github.peft4j.internal.rows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.adapter.rows.RowPlaces;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.frozen.LowRank;
import io.github.peft4j.ops.rows.RowOps;
import io.github.peft4j.ops.rows.RowOps.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
                RowGroups.of(
                        RowPlaces.of(pass).rowsOf(x.getShape().get(0)),
                        adapters.groupOf(),
                        adapters.count());
        List<AdapterPass> passes = adapters.passes(pass);
        if (!onlyAdds(rows)) {
            return eachForItself(x, rows, passes);
        }
        NDArray y = base.forward(x);
        List<List<LowRank>> products = Gradients.isOn() ? null : products(rows, passes);
        return products == null
                ? y.add(added(x, y, base, rows, passes))
                : RowOps.addLowRanks(y, x, segments(rows, products), all(products));
    }

    private boolean onlyAdds(RowGroups rows) {
        if (weightsDiffer) {
            return false;
        }
        for (int group : rows.present()) {
            for (LayerAdapter adapter : adapters.around(group, layer)) {
                if (!(adapter instanceof DeltaAdapter)) {
                    return false;
                }
            }
        }
        return true;
    }

    private NDArray eachForItself(NDArray x, RowGroups rows, List<AdapterPass> passes) {
        List<NDArray> parts = new ArrayList<>();
        List<int[]> places = new ArrayList<>();
        for (int group : rows.present()) {
            parts.add(passes.get(group).apply(layer, part(x, rows, group)));
            places.add(rows.places(group));
        }
        return RowOps.assemble(parts, places);
    }

    /** What the adapters add, zeros where none acts. */
    private NDArray added(
            NDArray x, NDArray y, BaseLayer base, RowGroups rows, List<AdapterPass> passes) {
        List<NDArray> parts = new ArrayList<>();
        List<int[]> places = new ArrayList<>();
        for (int group : rows.present()) {
            NDArray own = part(x, rows, group);
            NDArray sum = null;
            for (LayerAdapter adapter : adapters.around(group, layer)) {
                NDArray delta = ((DeltaAdapter) adapter).delta(own, base, passes.get(group));
                sum = sum == null ? delta : sum.add(delta);
            }
            parts.add(sum == null ? part(y, rows, group).zerosLike() : sum);
            places.add(rows.places(group));
        }
        return RowOps.assemble(parts, places);
    }

    private static NDArray part(NDArray x, RowGroups rows, int group) {
        int[] places = rows.places(group);
        if (rows.isContiguous(group)) {
            return places.length == x.getShape().get(0)
                    ? x
                    : x.get(new NDIndex().addSliceDim(places[0], places[0] + places.length));
        }
        long[] index = new long[places.length];
        for (int i = 0; i < index.length; i++) {
            index[i] = places[i];
        }
        return Ops.rows(x, x.getManager().create(index));
    }

    /** The thin products of each group; null if one of them adds something else. */
    private @Nullable List<List<LowRank>> products(RowGroups rows, List<AdapterPass> passes) {
        List<List<LowRank>> all = new ArrayList<>();
        for (int group = 0; group < passes.size(); group++) {
            List<LowRank> own = new ArrayList<>();
            if (rows.places(group).length > 0) {
                for (LayerAdapter adapter : adapters.around(group, layer)) {
                    LowRank product = ((DeltaAdapter) adapter).lowRank(passes.get(group));
                    if (product == null) {
                        return null;
                    }
                    own.add(product);
                }
            }
            all.add(own);
        }
        return all;
    }

    private static List<LowRank> all(List<List<LowRank>> products) {
        return products.stream().flatMap(List::stream).toList();
    }

    private static List<Segment> segments(RowGroups rows, List<List<LowRank>> products) {
        List<Segment> segments = new ArrayList<>();
        int product = 0;
        for (int group = 0; group < products.size(); group++) {
            for (LowRank ignored : products.get(group)) {
                for (int[] run : rows.runs(group)) {
                    segments.add(new Segment(run[0], run[1], product));
                }
                product++;
            }
        }
        return segments;
    }
}
