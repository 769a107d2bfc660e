package io.github.peft4j.internal.weights;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.model.LayerSite;
import org.jspecify.annotations.Nullable;

/** How weight forms meet a parameter: a weight in [out, in], or a bias. */
public interface WeightComposition {

    NDArray apply(NDArray current, ImmutableList<WeightAdapter> adapters, AdapterPass pass);

    static WeightComposition weight(LayerSite site) {
        return (current, adapters, pass) -> {
            NDArray frozen = AdaptableLayer.matrix(site.block(), current);
            NDArray weight = frozen;
            for (WeightAdapter adapter : adapters) {
                weight = adapter.weight(weight, frozen, pass);
                if (site.bias() == null) {
                    requireNoBias(site, adapter, pass);
                }
            }
            return site.block() instanceof AdaptableLayer layer
                    ? layer.stored(weight)
                    : weight.reshape(current.getShape());
        };
    }

    /** A parameter that belongs to no layer, with all its axes. */
    static WeightComposition bare() {
        return (current, adapters, pass) -> {
            NDArray value = current;
            for (WeightAdapter adapter : adapters) {
                value = adapter.weight(value, current, pass);
            }
            return value;
        };
    }

    /** A layer without a bias cannot take one on. */
    private static void requireNoBias(LayerSite site, WeightAdapter adapter, AdapterPass pass) {
        if (adapter.bias(null, pass) != null) {
            throw new IllegalStateException(
                    "The adapter at "
                            + site.path()
                            + " adds a bias, and the layer has none to be merged into. Keep the"
                            + " adapter unmerged.");
        }
    }

    static WeightComposition bias() {
        return (current, adapters, pass) -> {
            @Nullable NDArray bias = current;
            for (WeightAdapter adapter : adapters) {
                bias = adapter.bias(bias, pass);
            }
            return bias == null ? current : bias;
        };
    }
}
