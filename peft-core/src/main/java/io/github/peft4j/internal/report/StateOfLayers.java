package io.github.peft4j.internal.report;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.ModuleCopy;
import io.github.peft4j.adapter.set.ParameterAdapter;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.report.Extent;
import io.github.peft4j.report.LayerStatus;
import io.github.peft4j.report.ModelStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What adapters have at the layers of a model.
 *
 * @param sets all adapters of the model by name
 * @param activation which of them act
 * @param merged those that are merged
 */
public record StateOfLayers(
        ImmutableMap<String, AdapterSet> sets, Activation activation, List<String> merged) {

    private static final String COPY = "module copy";

    /** The state of a model and of its layers. */
    public static ModelStatus of(String type, AdapterRegistry registry) {
        ImmutableMap<String, AdapterSet> sets = registry.adapters().sets();
        Activation activation = registry.activation();
        List<String> merged = registry.mergedNames();
        List<LayerStatus> layers =
                new StateOfLayers(sets, activation, merged).layers(registry.base().sites());
        ImmutableMap.Builder<String, String> methods = ImmutableMap.builder();
        registry.adapters()
                .configs()
                .forEach((name, config) -> methods.put(name, config.peftType().name()));
        ImmutableMap.Builder<String, Extent> trains = ImmutableMap.builder();
        sets.forEach((name, set) -> trains.put(name, training(set.trainable())));
        return new ModelStatus(
                type,
                registry.base().info().className(),
                methods.buildOrThrow(),
                registry.count(),
                registry.base().precision(),
                Extent.of(layers.size(), layers.stream().filter(LayerStatus::enabled).count()),
                activation.names(),
                merged,
                trains.buildOrThrow(),
                layers);
    }

    private List<LayerStatus> layers(List<LayerSite> sites) {
        List<LayerStatus> all = new ArrayList<>();
        for (LayerSite site : sites) {
            Map<String, Collection<Parameter>> here = new LinkedHashMap<>();
            sets.forEach(
                    (name, set) -> {
                        Adapter adapter = set.layers().get(site.path());
                        if (adapter != null) {
                            here.put(name, adapter.parameters().values());
                        }
                    });
            String type = site.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            addIfAny(all, site.path(), type, site.path(), here);
        }
        Map<String, Map<String, Collection<Parameter>>> bare = new LinkedHashMap<>();
        Map<String, Map<String, Collection<Parameter>>> copies = new LinkedHashMap<>();
        Map<String, String> owners = new LinkedHashMap<>();
        sets.forEach(
                (name, set) -> {
                    for (ParameterAdapter each : set.atParameters().values()) {
                        owners.put(each.name(), each.owner());
                        bare.computeIfAbsent(each.name(), path -> new LinkedHashMap<>())
                                .put(name, each.adapter().parameters().values());
                    }
                    for (ModuleCopy copy : set.savedModules().values()) {
                        copies.computeIfAbsent(copy.modulePath(), path -> new LinkedHashMap<>())
                                .computeIfAbsent(name, each -> new ArrayList<>())
                                .add(copy.parameter());
                    }
                });
        bare.forEach(
                (name, here) ->
                        addIfAny(all, name, "parameter", owners.getOrDefault(name, name), here));
        copies.forEach((path, here) -> addIfAny(all, path, COPY, path, here));
        return all;
    }

    private void addIfAny(
            List<LayerStatus> all,
            String name,
            String type,
            String place,
            Map<String, Collection<Parameter>> here) {
        if (here.isEmpty()) {
            return;
        }
        ImmutableMap.Builder<String, Extent> trains = ImmutableMap.builder();
        sets.forEach(
                (adapter, set) -> {
                    Collection<Parameter> parameters = here.get(adapter);
                    if (parameters != null) {
                        trains.put(
                                adapter,
                                training(
                                        parameters.stream()
                                                .filter(set.trainable()::contains)
                                                .toList()));
                    }
                });
        all.add(
                new LayerStatus(
                        name,
                        type,
                        activation.actsAt(place),
                        those(activation.names(), here),
                        type.equals(COPY) ? ImmutableList.of() : those(merged, here),
                        trains.buildOrThrow(),
                        ImmutableSortedSet.copyOf(here.keySet()).asList()));
    }

    private static ImmutableList<String> those(List<String> names, Map<String, ?> here) {
        return names.stream().filter(here::containsKey).collect(ImmutableList.toImmutableList());
    }

    private static Extent training(Collection<Parameter> parameters) {
        return Extent.of(
                parameters.size(), parameters.stream().filter(Parameter::requiresGradient).count());
    }
}
