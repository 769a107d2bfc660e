package io.github.peft4j.internal.runtime;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.InputAdapter;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.exception.UnsupportedFeatureException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What acts at one layer, innermost first: the order of the activation, but for adapters that
 * change the input alone, of which the first sees the input first.
 *
 * @param all every adapter at the layer
 * @param around those that act on activations
 * @param weights those that act through the weight
 */
public record LayerStack(
        ImmutableList<Adapter> all,
        ImmutableList<LayerAdapter> around,
        ImmutableList<WeightAdapter> weights) {

    /**
     * The stack at a path.
     *
     * @param acting the acting adapters by name, in the order of the activation
     * @param activations whether the layer passes its activations on
     * @throws IllegalArgumentException if two of them exclude each other
     * @throws UnsupportedFeatureException if one needs activations that the layer does not pass on
     */
    public static LayerStack at(String path, Map<String, AdapterSet> acting, boolean activations) {
        Map<String, Adapter> here = new LinkedHashMap<>();
        acting.forEach(
                (name, set) -> {
                    Adapter adapter = set.layers().get(path);
                    if (adapter != null) {
                        refuseConflict(path, name, adapter, here);
                        here.put(name, adapter);
                    }
                });
        List<LayerAdapter> around = new ArrayList<>();
        List<WeightAdapter> weights = new ArrayList<>();
        for (Adapter adapter : here.values()) {
            if (activations && adapter instanceof LayerAdapter layer) {
                around.add(layer);
            } else if (adapter instanceof WeightAdapter weight) {
                weights.add(weight);
            } else {
                throw new UnsupportedFeatureException(
                        "The adapter at "
                                + path
                                + " depends on activations and has no weight form. Keep it"
                                + " unmerged.");
            }
        }
        return new LayerStack(
                ImmutableList.copyOf(here.values()),
                firstInputFirst(around),
                ImmutableList.copyOf(weights));
    }

    private static void refuseConflict(
            String path, String name, Adapter adapter, Map<String, Adapter> before) {
        before.forEach(
                (other, beneath) -> {
                    String conflict = adapter.conflict(beneath);
                    if (conflict != null) {
                        throw new IllegalArgumentException(
                                "Adapters '"
                                        + other
                                        + "' and '"
                                        + name
                                        + "' cannot both act at "
                                        + path
                                        + ": "
                                        + conflict);
                    }
                });
    }

    /** Lets input adapters change places among themselves: the outermost is the first to see x. */
    private static ImmutableList<LayerAdapter> firstInputFirst(List<LayerAdapter> around) {
        ImmutableList<LayerAdapter> inputs =
                around.stream()
                        .filter(InputAdapter.class::isInstance)
                        .collect(ImmutableList.toImmutableList());
        ImmutableList.Builder<LayerAdapter> ordered = ImmutableList.builder();
        int left = inputs.size();
        for (LayerAdapter adapter : around) {
            ordered.add(adapter instanceof InputAdapter ? inputs.get(--left) : adapter);
        }
        return ordered.build();
    }
}
