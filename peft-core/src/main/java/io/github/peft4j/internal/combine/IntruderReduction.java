package io.github.peft4j.internal.combine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.combine.IntruderOptions;
import io.github.peft4j.combine.IntruderReport;
import io.github.peft4j.combine.LayerIntruders;
import io.github.peft4j.combine.PairMethod;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.PeftMethods;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.ops.combine.Intruders;
import io.github.peft4j.ops.combine.LowRankParts;
import io.github.peft4j.ops.frozen.LowRank;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An adapter with less of its intruder dimensions. */
public final class IntruderReduction {

    private final String name;
    private final IntruderOptions options;
    private final NDManager scratch;
    private final Map<String, LowRank> pairs = new LinkedHashMap<>();
    private final ImmutableList.Builder<LayerIntruders> found = ImmutableList.builder();

    private IntruderReduction(String name, IntruderOptions options, NDManager scratch) {
        this.name = name;
        this.options = options;
        this.scratch = scratch;
    }

    /** Adds the reduced adapter under a new name. */
    public static IntruderReport reduce(
            AdapterRegistry registry, String name, String newName, IntruderOptions options) {
        return registry.reading(
                () -> {
                    AdapterInventory.Entry source = registry.adapters().entry(name);
                    registry.adapters().checkFree(newName);
                    PairMethod<?> method = requirePairs(name, source);
                    try (NDManager scratch = Engines.newManager(registry.base().device());
                            Gradients off = Gradients.off()) {
                        return new IntruderReduction(name, options, scratch)
                                .add(registry, source, method, newName);
                    }
                });
    }

    private static PairMethod<?> requirePairs(String name, AdapterInventory.Entry source) {
        LayerConfig config = WeightChanges.require(name, source);
        if (PeftMethods.require(config.peftType()) instanceof PairMethod<?> method) {
            requirePlain(method, name, config);
            return method;
        }
        throw new UnsupportedFeatureException(
                "Adapter '%s' is of method %s; intruder dimensions are known of LoRA alone, in PEFT too. Bring it into LoRA first (convertToLora, saveAsLora)."
                        .formatted(name, config.peftType()));
    }

    private static <C extends LayerConfig> void requirePlain(
            PairMethod<C> method, String name, LayerConfig config) {
        method.requirePlainPairs(name, method.configType().configClass().cast(config));
    }

    private IntruderReport add(
            AdapterRegistry registry,
            AdapterInventory.Entry source,
            PairMethod<?> method,
            String newName) {
        Map<String, Adapter> layers = source.set().layers();
        for (LayerSite site : registry.base().sites()) {
            Adapter adapter = layers.get(site.path());
            if (adapter != null) {
                method.requirePairLayer(site);
                reduce(site, adapter);
            }
        }
        MadeAdapter.publish(
                registry,
                newName,
                source.config(),
                layers.keySet(),
                List.of(source.set()),
                (made, values) -> method.fillPairs(made, pairs, values));
        return new IntruderReport(found.build());
    }

    private void reduce(LayerSite site, Adapter adapter) {
        try (NDManager layer = scratch.newSubManager()) {
            LayerChange change = LayerChange.of(name, site, adapter);
            NDArray frozen = change.frozen(layer);
            LowRank pair = change.pair(name, frozen);
            NDArray product = Ops.scale(pair.b().matMul(pair.a()), pair.scale());
            Intruders intruders =
                    Intruders.of(frozen, product, options.topK(), options.thresholdEpsilon());
            double leftOut = 0;
            if (!intruders.places().isEmpty()) {
                LowRankParts parts =
                        LowRankParts.of(intruders.mitigated(options.mitigationLambda()));
                int rank = Math.toIntExact(pair.a().getShape().get(0));
                pair = parts.pair(rank, pair.scale());
                leftOut = 1 - parts.energy(rank) / parts.energy(parts.size());
            }
            found.add(new LayerIntruders(site.path(), intruders.places(), leftOut));
            pairs.put(site.path(), kept(pair));
        }
    }

    private LowRank kept(LowRank pair) {
        return new LowRank(kept(pair.a()), kept(pair.b()), pair.scale());
    }

    private NDArray kept(NDArray part) {
        NDArray copy = TensorOps.detached(part);
        copy.attach(scratch);
        return copy;
    }
}
