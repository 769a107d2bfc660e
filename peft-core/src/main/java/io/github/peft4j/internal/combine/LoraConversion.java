package io.github.peft4j.internal.combine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.combine.EnergyReport;
import io.github.peft4j.combine.LayerEnergy;
import io.github.peft4j.combine.LoraConversionOptions;
import io.github.peft4j.combine.PairMethod;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.PeftMethods;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.internal.store.AdapterFiles;
import io.github.peft4j.internal.store.StoredAdapter;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.ops.combine.LowRankParts;
import io.github.peft4j.ops.frozen.LowRank;
import io.github.peft4j.store.SaveAdapterOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An adapter of any method that changes weights, brought into LoRA. */
public final class LoraConversion {

    private final LoraConversionOptions options;
    private final NDManager scratch;
    private final Map<String, LowRank> pairs = new LinkedHashMap<>();
    private final ImmutableList.Builder<LayerEnergy> energies = ImmutableList.builder();

    private LoraConversion(LoraConversionOptions options, NDManager scratch) {
        this.options = options;
        this.scratch = scratch;
    }

    /**
     * Adds an adapter's change of the weights as LoRA under a new name.
     *
     * @param from the adapters of a model
     * @param to those of the same or of another model over the same base
     * @return which share of the change was left out, by layer
     */
    public static EnergyReport convert(
            AdapterRegistry from,
            String name,
            AdapterRegistry to,
            String newName,
            LoraConversionOptions options) {
        return from.reading(
                () -> {
                    AdapterInventory.Entry source = from.adapters().entry(name);
                    to.adapters().checkFree(newName);
                    LayerConfig config = WeightChanges.require(name, source);
                    try (NDManager scratch = Engines.newManager(from.base().device());
                            Gradients off = Gradients.off()) {
                        return new LoraConversion(options, scratch)
                                .add(name, source.set(), config, to, newName);
                    }
                });
    }

    /**
     * Writes an adapter's change of the weights as LoRA into a directory.
     *
     * @return which share of the change was left out, by layer
     */
    public static EnergyReport save(
            AdapterRegistry from, String name, Path directory, LoraConversionOptions options)
            throws IOException {
        try (AdapterRegistry alone =
                new AdapterRegistry(
                        from.base(), folder -> StoredAdapter.loadPart(from.base(), folder))) {
            EnergyReport report =
                    convert(from, name, alone, AdapterInventory.DEFAULT_NAME, options);
            AdapterFiles.save(alone, directory, SaveAdapterOptions.DEFAULT);
            return report;
        }
    }

    private EnergyReport add(
            String name,
            AdapterSet set,
            LayerConfig config,
            AdapterRegistry registry,
            String newName) {
        PairMethod<?> method = pairMethod();
        Map<String, LayerSite> sites = new HashMap<>();
        registry.base().sites().forEach(site -> sites.put(site.path(), site));
        set.layers().keySet().forEach(path -> method.requirePairLayer(site(sites, path)));
        set.layers().forEach((path, adapter) -> decompose(name, site(sites, path), adapter));
        Map<String, Integer> ranks = new LinkedHashMap<>();
        pairs.forEach((path, pair) -> ranks.put(path, (int) pair.a().getShape().get(0)));
        MadeAdapter.publish(
                registry,
                newName,
                method.pairConfig(config, ranks),
                pairs.keySet(),
                List.of(set),
                (made, values) -> method.fillPairs(made, pairs, values));
        return new EnergyReport(energies.build());
    }

    private static PairMethod<?> pairMethod() {
        return PeftMethods.names().stream()
                .map(name -> PeftMethods.require(PeftType.of(name)))
                .filter(PairMethod.class::isInstance)
                .map(found -> (PairMethod<?>) found)
                .findFirst()
                .orElseThrow(
                        () ->
                                new UnsupportedFeatureException(
                                        "No method on the class path is made of pairs, as LoRA is."
                                                + " Add the jar that has LoRA."));
    }

    private static LayerSite site(Map<String, LayerSite> sites, String path) {
        LayerSite site = sites.get(path);
        Preconditions.checkState(site != null, "The base has no layer %s.", path);
        return site;
    }

    private void decompose(String name, LayerSite site, Adapter adapter) {
        LayerChange change = LayerChange.of(name, site, adapter);
        try (NDManager layer = scratch.newSubManager()) {
            LowRankParts parts = change.parts(layer);
            int rank = rank(site, parts);
            double total = parts.energy(parts.size());
            energies.add(new LayerEnergy(site.path(), rank, total, total - parts.energy(rank)));
            pairs.put(site.path(), new LowRank(kept(parts.right(rank)), kept(parts.left(rank)), 1));
        }
    }

    private NDArray kept(NDArray part) {
        NDArray copy = TensorOps.detached(part);
        copy.attach(scratch);
        return copy;
    }

    private int rank(LayerSite site, LowRankParts parts) {
        if (!options.hasRank()) {
            return parts.partsWith(options.energy());
        }
        long smaller = parts.smallerSide();
        Preconditions.checkArgument(
                options.rank() <= smaller,
                "rank is %s, but the weight of %s has a side of %s, which no rank exceeds. Choose a"
                        + " rank of at most that, or a share of the energy.",
                options.rank(),
                site.path(),
                smaller);
        return Math.min(options.rank(), parts.size());
    }
}
