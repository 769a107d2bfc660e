package io.github.peft4j.internal.runtime;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ListMultimap;
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
 * change the input alone, of which the first sees the input first. Adapters of different methods
 * lie in the order in which they came to the model, as in PEFT.
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
        List<String> methods = new ArrayList<>();
        acting.forEach(
                (name, set) -> {
                    Adapter adapter = set.layers().get(path);
                    if (adapter != null) {
                        refuseConflict(path, name, adapter, here);
                        here.put(name, adapter);
                        methods.add(set.method());
                    }
                });
        List<LayerAdapter> around = new ArrayList<>();
        List<LayerAdapter> together = new ArrayList<>();
        String method = "";
        List<WeightAdapter> weights = new ArrayList<>();
        int place = 0;
        for (Adapter adapter : here.values()) {
            String own = methods.get(place++);
            if (!own.equals(method)) {
                around.addAll(firstInputFirst(together));
                together.clear();
                method = own;
            }
            if (activations && adapter instanceof LayerAdapter layer) {
                together.add(layer);
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
        around.addAll(firstInputFirst(together));
        return new LayerStack(
                ImmutableList.copyOf(here.values()),
                ImmutableList.copyOf(around),
                ImmutableList.copyOf(weights));
    }

    /**
     * The acting adapters as they lie around a layer. Adapters of one method that came one after
     * the other share a place there, in which the activation decides; of different methods the
     * later one is the outer one, whatever the activation says.
     *
     * @param all every adapter of the model by name, in the order in which they came
     * @param acting those that act, in the order of the activation
     */
    static Map<String, AdapterSet> nested(
            String path, Map<String, AdapterSet> all, Map<String, AdapterSet> acting) {
        if (acting.values().stream().map(AdapterSet::method).distinct().count() < 2) {
            return acting;
        }
        ListMultimap<Integer, String> places = ArrayListMultimap.create();
        int place = 0;
        String method = "";
        for (Map.Entry<String, AdapterSet> each : all.entrySet()) {
            if (each.getValue().layers().containsKey(path)) {
                place += each.getValue().method().equals(method) ? 0 : 1;
                method = each.getValue().method();
                places.put(place, each.getKey());
            }
        }
        Map<String, AdapterSet> nested = new LinkedHashMap<>();
        for (int i = 0; i <= place; i++) {
            List<String> here = places.get(i);
            acting.forEach(
                    (name, set) -> {
                        if (here.contains(name)) {
                            nested.put(name, set);
                        }
                    });
        }
        return nested;
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
