package io.github.peft4j.internal.report;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.ParameterUses;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.runtime.ActiveAdapters;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ParameterUse;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.report.LayerMerge;
import io.github.peft4j.report.MergeType;
import io.github.peft4j.report.MergeVerdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What rounding does to merged weights; one weight is merged at a time, and none is kept. */
public record Rounding(BaseModel base, MergeType type) {

    /** What the model's adapters would lose. */
    public MergeVerdict verdict(AdapterRegistry registry, List<String> names) {
        return registry.reading(
                () -> {
                    ActiveAdapters active = registry.asWeights(names);
                    List<LayerMerge> layers = new ArrayList<>();
                    try (NDManager scope = Engines.newManager(base.device());
                            Gradients off = Gradients.off()) {
                        ParameterUses slots = new ParameterUses(base);
                        places(slots)
                                .forEach(
                                        (name, place) -> {
                                            if (!active.folds(place.slot()).isEmpty()) {
                                                layers.add(compare(name, place, active, scope));
                                            }
                                        });
                    }
                    return new MergeVerdict(type, names, layers);
                });
    }

    /** Rounds merged weights that nobody else reads. */
    public void apply(Map<ParameterUse, Parameter> merged) {
        try (NDManager scope = Engines.newManager(base.device());
                Gradients off = Gradients.off()) {
            places(new ParameterUses(base))
                    .forEach(
                            (name, place) -> {
                                Parameter own = merged.get(place.slot());
                                if (own != null && own != base.substitutes().get(place.slot())) {
                                    round(own.getArray(), place.layer(), scope);
                                }
                            });
        }
    }

    /**
     * Where a weight is read.
     *
     * @param layer which knows how the weight lies in memory, or null
     * @param shown the parameter that the base shows there
     */
    private record Place(ParameterUse slot, @Nullable AdaptableLayer layer, Parameter shown) {}

    private Map<String, Place> places(ParameterUses slots) {
        Map<String, Place> places = new LinkedHashMap<>();
        for (LayerSite site : base.sites()) {
            Parameter weight = site.weight();
            if (weight != null) {
                AdaptableLayer layer =
                        site.block() instanceof AdaptableLayer adaptable ? adaptable : null;
                places.put(
                        site.path() + ".weight", new Place(slots.at(site, weight), layer, weight));
            }
        }
        slots.named()
                .forEach(
                        (name, slot) -> {
                            Parameter shown = slots.shown(slot);
                            if (slot.layer() == null && shown.getShape().dimension() > 1) {
                                places.putIfAbsent(name, new Place(slot, null, shown));
                            }
                        });
        return places;
    }

    private LayerMerge compare(String name, Place place, ActiveAdapters active, NDManager scope) {
        try (NDManager own = scope.newSubManager()) {
            AdapterPass bare = AdapterPass.bare(own, false);
            AdapterPass pass = new AdapterPass(new ParameterStore(own, false), own, false, active);
            NDArray before = rows(bare.value(place.shown()), place.layer());
            NDArray after = rows(pass.effective(place.slot()), place.layer());
            RoundingSums sums = new RoundingSums(type);
            long height = before.getShape().get(0);
            int width = Math.toIntExact(before.getShape().get(1));
            for (long row = 0; row < height; row++) {
                try (NDArray left = before.get(row);
                        NDArray right = after.get(row)) {
                    sums.add(left.toFloatArray(), right.toFloatArray());
                }
            }
            return sums.of(name, height * width);
        }
    }

    /** [out, in], or all axes but the first laid flat. */
    private static NDArray rows(NDArray stored, @Nullable AdaptableLayer layer) {
        NDArray canonical = layer == null ? stored : layer.canonical(stored);
        return canonical.reshape(canonical.getShape().get(0), -1);
    }

    private void round(NDArray stored, @Nullable AdaptableLayer layer, NDManager scope) {
        try (NDManager own = scope.newSubManager()) {
            NDArray alias = stored.stopGradient();
            alias.attach(own);
            NDArray canonical = layer == null ? alias : layer.canonical(alias);
            NDArray rows = canonical.reshape(canonical.getShape().get(0), -1);
            float[] numbers = rows.toFloatArray();
            RoundingSums.round(numbers, Math.toIntExact(rows.getShape().get(1)), type);
            NDArray rounded = own.create(numbers, canonical.getShape());
            TensorOps.copy(alias, layer == null ? rounded : layer.stored(rounded));
        }
    }
}
