package io.github.peft4j.report;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The state of one layer with adapters, or of a module that adapters keep a copy of.
 *
 * @param name its path in the model
 * @param type what it is: {@code linear}, {@code embedding}, ..., {@code parameter}, or {@code
 *     module copy}
 * @param enabled whether adapters may act here: they do not while they are switched off
 * @param activeAdapters the active adapters that it has, the first innermost
 * @param mergedAdapters the adapters that it has whose merged weights are served
 * @param requiresGrad whether the trained tensors of each of its adapters get gradients now
 * @param availableAdapters its adapters by name
 */
public record LayerStatus(
        String name,
        String type,
        boolean enabled,
        List<String> activeAdapters,
        List<String> mergedAdapters,
        Map<String, Extent> requiresGrad,
        List<String> availableAdapters) {

    /** Copies the collections. */
    public LayerStatus {
        activeAdapters = ImmutableList.copyOf(activeAdapters);
        mergedAdapters = ImmutableList.copyOf(mergedAdapters);
        requiresGrad = ImmutableMap.copyOf(requiresGrad);
        availableAdapters = ImmutableList.copyOf(availableAdapters);
    }

    /** In one line: {@code bert.pooler.dense (linear): default active, trains}. */
    @Override
    public String toString() {
        return name + " (" + type + "): " + state();
    }

    String state() {
        return availableAdapters.stream().map(this::stateOf).collect(Collectors.joining("; "))
                + (enabled ? "" : "; switched off");
    }

    private String stateOf(String adapter) {
        Extent trains = requiresGrad.getOrDefault(adapter, Extent.NONE);
        return adapter
                + (activeAdapters.contains(adapter) ? " active" : " idle")
                + (mergedAdapters.contains(adapter) ? ", merged" : "")
                + (trains == Extent.NONE
                        ? ""
                        : trains == Extent.ALL ? ", trains" : ", half trains");
    }
}
