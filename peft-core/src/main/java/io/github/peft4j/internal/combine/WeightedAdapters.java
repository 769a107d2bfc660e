package io.github.peft4j.internal.combine;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.ModuleCopy;
import io.github.peft4j.combine.EnergyReport;
import io.github.peft4j.combine.LayerEnergy;
import io.github.peft4j.combine.SummableMethod;
import io.github.peft4j.combine.Summand;
import io.github.peft4j.combine.WeightedAdapterOptions;
import io.github.peft4j.combine.WeightedSum;
import io.github.peft4j.config.HasModulesToSave;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.config.PeftMethods;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Sums of a model's adapters. */
public final class WeightedAdapters {

    private WeightedAdapters() {}

    /**
     * Adds a sum of adapters under a new name; it is not active, and trains only once it is.
     *
     * @return what decompositions left out
     * @throws IllegalArgumentException if the name is taken, an adapter unknown, or they do not go
     *     together
     * @throws UnsupportedFeatureException if their method has no such sum
     */
    public static EnergyReport add(
            AdapterRegistry registry, String name, WeightedAdapterOptions options) {
        return registry.reading(
                () -> {
                    AdapterInventory adapters = registry.adapters();
                    adapters.checkFree(name);
                    Map<String, AdapterInventory.Entry> named = new LinkedHashMap<>();
                    options.adapters()
                            .forEach(each -> named.put(each.name(), adapters.entry(each.name())));
                    refuseTwoCopies(named);
                    return add(registry, name, sumOf(named, options), named);
                });
    }

    private static <C extends PeftConfig> EnergyReport add(
            AdapterRegistry registry,
            String name,
            WeightedSum<C> sum,
            Map<String, AdapterInventory.Entry> named) {
        List<AdapterSet> sets = named.values().stream().map(AdapterInventory.Entry::set).toList();
        Set<String> layers = new LinkedHashSet<>();
        sets.forEach(set -> layers.addAll(set.layers().keySet()));
        List<LayerEnergy> energies = new ArrayList<>();
        MadeAdapter.publish(
                registry,
                name,
                withCopies(sum.config(), named),
                layers,
                sets,
                (set, scratch) -> energies.addAll(sum.fill(set, scratch)));
        return energies.isEmpty() ? EnergyReport.NONE : new EnergyReport(energies);
    }

    private static WeightedSum<?> sumOf(
            Map<String, AdapterInventory.Entry> named, WeightedAdapterOptions options) {
        AdapterInventory.Entry first = named.values().iterator().next();
        named.forEach((name, entry) -> requireMethod(name, entry, first));
        PeftMethod<?> method = PeftMethods.require(first.config().peftType());
        if (method instanceof SummableMethod<?> summable) {
            return sumOf(summable, named, options);
        }
        throw new UnsupportedFeatureException(
                "Adapters of method "
                        + method.type()
                        + " have no weighted sum, in PEFT neither: what they do is not linear in"
                        + " their tensors, so sums of these mean nothing. Bring each into LoRA"
                        + " first (saveAsLora) and add the results, or activate them together"
                        + " (setAdapter).");
    }

    private static <C extends PeftConfig> WeightedSum<C> sumOf(
            SummableMethod<C> method,
            Map<String, AdapterInventory.Entry> named,
            WeightedAdapterOptions options) {
        ImmutableList.Builder<Summand<C>> summands = ImmutableList.builder();
        for (WeightedAdapterOptions.WeightedAdapter each : options.adapters()) {
            AdapterInventory.Entry entry = named.get(each.name());
            if (entry != null) {
                C config = method.configType().configClass().cast(entry.config());
                summands.add(new Summand<>(each.name(), each.weight(), config, entry.set()));
            }
        }
        return method.weightedSum(summands.build(), options);
    }

    private static void requireMethod(
            String name, AdapterInventory.Entry entry, AdapterInventory.Entry first) {
        if (!entry.config().peftType().equals(first.config().peftType())) {
            throw new IllegalArgumentException(
                    "Adapter '"
                            + name
                            + "' is of method "
                            + entry.config().peftType()
                            + " and the first one of "
                            + first.config().peftType()
                            + "; adapters of one method alone can be added. Bring them into LoRA"
                            + " first (saveAsLora).");
        }
    }

    /** As in PEFT: two trained copies of one module have no sum. */
    private static void refuseTwoCopies(Map<String, AdapterInventory.Entry> named) {
        Map<String, String> owners = new HashMap<>();
        named.forEach(
                (name, entry) -> {
                    for (ModuleCopy copy : entry.set().savedModules().values()) {
                        String other = owners.putIfAbsent(copy.modulePath(), name);
                        if (other != null && !other.equals(name)) {
                            throw new IllegalArgumentException(
                                    "Adapters '"
                                            + other
                                            + "' and '"
                                            + name
                                            + "' both own a copy of "
                                            + copy.modulePath()
                                            + " (modules_to_save), and two copies have no sum. Train"
                                            + " all but one of the adapters without"
                                            + " modules_to_save.");
                        }
                    }
                });
    }

    /** The modules that any of them saves whole. */
    private static PeftConfig withCopies(
            PeftConfig config, Map<String, AdapterInventory.Entry> named) {
        Set<String> saved = new LinkedHashSet<>();
        for (AdapterInventory.Entry entry : named.values()) {
            if (entry.config() instanceof HasModulesToSave modules) {
                saved.addAll(modules.modulesToSave());
            }
        }
        return saved.isEmpty() || !(config instanceof HasModulesToSave own)
                ? config
                : own.withModulesToSave(ImmutableSet.copyOf(saved).asList());
    }
}
