package io.github.peft4j.adapter;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which adapters act in a pass: an immutable value, so that a running pass keeps the one it started
 * with.
 *
 * @param names adapters in order; the first is innermost, next to the layer
 * @param scales a factor for an adapter's contribution; 1 where a name is absent
 * @param enabled whether they act; if not, only trained biases of {@code bias != none} remain, as
 *     in PEFT's {@code disable_adapter}
 * @param disabledLayers layers (exact path, or its end after a dot) where no adapter acts
 */
public record Activation(
        List<String> names,
        Map<String, Double> scales,
        boolean enabled,
        Set<String> disabledLayers) {

    private static final Activation NONE =
            new Activation(ImmutableList.of(), ImmutableMap.of(), true, ImmutableSet.of());

    /** Checks the names. */
    public Activation {
        names = ImmutableList.copyOf(names);
        scales = ImmutableMap.copyOf(scales);
        disabledLayers = ImmutableSet.copyOf(disabledLayers);
        if (ImmutableSet.copyOf(names).size() < names.size()) {
            throw new IllegalArgumentException(
                    "Adapters " + names + " hold a name twice. Name each adapter once.");
        }
    }

    /** These adapters, the first innermost. */
    public static Activation of(String... names) {
        return of(ImmutableList.copyOf(names));
    }

    /** These adapters, the first innermost. */
    public static Activation of(List<String> names) {
        return new Activation(names, ImmutableMap.of(), true, ImmutableSet.of());
    }

    /** Other adapters, all switched on, with the scales of this activation. */
    public Activation withNames(List<String> others) {
        return new Activation(others, scales, true, ImmutableSet.of());
    }

    /** The factor of an adapter. */
    public double scaleOf(String name) {
        return scales.getOrDefault(name, 1.0);
    }

    /** The bare base model. */
    public static Activation none() {
        return NONE;
    }

    /** The same adapters, switched off. */
    public Activation disable() {
        return new Activation(names, scales, false, disabledLayers);
    }

    /** The same adapters, silent in these layers. */
    public Activation disableLayers(Iterable<String> layers) {
        ImmutableSet<String> all =
                ImmutableSet.<String>builder().addAll(disabledLayers).addAll(layers).build();
        return new Activation(names, scales, enabled, all);
    }

    /** The same adapters, one of them weighted by a factor. */
    public Activation scale(String name, double factor) {
        if (!Double.isFinite(factor)) {
            throw new IllegalArgumentException(
                    "The scale of adapter '" + name + "' is " + factor + "; it must be finite.");
        }
        Map<String, Double> all = new LinkedHashMap<>(scales);
        if (factor == 1) {
            all.remove(name);
        } else {
            all.put(name, factor);
        }
        return new Activation(names, ImmutableMap.copyOf(all), enabled, disabledLayers);
    }

    /** The same without one adapter. */
    public Activation without(String name) {
        Map<String, Double> others = new LinkedHashMap<>(scales);
        others.remove(name);
        return new Activation(
                names.stream()
                        .filter(other -> !other.equals(name))
                        .collect(ImmutableList.toImmutableList()),
                ImmutableMap.copyOf(others),
                enabled,
                disabledLayers);
    }

    /** Whether a layer of this path is meant by a name: the path itself, or its end after a dot. */
    public static boolean names(String layer, String path) {
        return path.equals(layer) || path.endsWith("." + layer);
    }

    /** Whether adapters act at the layer of this path. */
    public boolean actsAt(String path) {
        if (!enabled) {
            return false;
        }
        for (String layer : disabledLayers) {
            if (names(layer, path)) {
                return false;
            }
        }
        return true;
    }
}
