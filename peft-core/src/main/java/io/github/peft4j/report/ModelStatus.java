package io.github.peft4j.report;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.model.ParameterCount;
import io.github.peft4j.precision.Precision;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The state of a model with adapters at one moment: PEFT's {@code get_model_status} and {@code
 * get_layer_status}. Activation and merging are values of the whole model here, so no layer can
 * contradict another.
 *
 * @param type class of the model
 * @param baseType class that Python has for the base, or the base block's own
 * @param methods the method of each adapter, in the order in which they came
 * @param parameters how many numbers train, and how many there are
 * @param precision how the base holds its frozen weights
 * @param enabled in how many layers adapters may act
 * @param activeAdapters the active adapters, the first innermost
 * @param mergedAdapters the adapters whose merged weights are served
 * @param requiresGrad in how many of its layers each adapter trains
 * @param layers every layer that has an adapter, in the order of the model, then the modules that
 *     adapters keep copies of; empty for adapters that only change the model's inputs
 */
public record ModelStatus(
        String type,
        String baseType,
        Map<String, String> methods,
        ParameterCount parameters,
        Precision precision,
        Extent enabled,
        List<String> activeAdapters,
        List<String> mergedAdapters,
        Map<String, Extent> requiresGrad,
        List<LayerStatus> layers) {

    /** Copies the collections. */
    public ModelStatus {
        methods = ImmutableMap.copyOf(methods);
        activeAdapters = ImmutableList.copyOf(activeAdapters);
        mergedAdapters = ImmutableList.copyOf(mergedAdapters);
        requiresGrad = ImmutableMap.copyOf(requiresGrad);
        layers = ImmutableList.copyOf(layers);
    }

    /** How many layers and saved modules have an adapter. */
    public int adaptedLayers() {
        return layers.size();
    }

    /** All adapters by name. */
    public List<String> availableAdapters() {
        return ImmutableList.copyOf(new TreeMap<>(methods).keySet());
    }

    /** Some lines for people; layers that differ in their numbers alone share one. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(type).append(" over ").append(baseType);
        text.append(", base in ").append(precision.text()).append('\n');
        text.append(parameters).append('\n');
        text.append("adapters: ").append(methods);
        text.append(", active: ").append(activeAdapters);
        text.append(", merged: ").append(mergedAdapters).append('\n');
        text.append(adaptedLayers()).append(" adapted layers, enabled: ").append(enabled);
        Map<String, Integer> lines = new LinkedHashMap<>();
        for (LayerStatus layer : layers) {
            lines.merge(line(layer), 1, Integer::sum);
        }
        lines.forEach(
                (line, count) -> text.append("\n  ").append(count).append(" x ").append(line));
        return text.toString();
    }

    private static String line(LayerStatus layer) {
        String name = layer.name().replaceAll("(?<=^|\\.)\\d+(?=\\.|$)", "*");
        return name + " (" + layer.type() + "): " + layer.state();
    }
}
