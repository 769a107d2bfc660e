package io.github.peft4j.tuner.lntuning;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.model.LayerSite;
import org.jspecify.annotations.Nullable;

/**
 * Trains a layer's own weight and bias, in copies that take the place of the base's.
 *
 * <ul>
 *   <li>{@code ln_tuning_layers.weight}, {@code ln_tuning_layers.bias}: shaped and laid out as the
 *       layer's, trained; start equal to them
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2312.11420">Zhao et al. 2023, section 3.2</a>
 */
final class LNTuningCopy implements WeightAdapter {

    private final LayerSite site;
    private final Parameter weight;
    private final @Nullable Parameter bias;

    LNTuningCopy(LayerSite site, Parameter weight, @Nullable Parameter bias) {
        this.site = site;
        this.weight = weight;
        this.bias = bias;
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        NDArray copy = pass.value(weight);
        return site.block() instanceof AdaptableLayer layer
                ? layer.canonical(copy)
                : copy.reshape(current.getShape());
    }

    @Override
    public @Nullable NDArray bias(@Nullable NDArray current, AdapterPass pass) {
        return bias == null ? current : pass.value(bias);
    }

    @Override
    public @Nullable String conflict(Adapter other) {
        return "each is a copy of the layer. Activate or merge one of them.";
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        ImmutableMap.Builder<String, Parameter> all = ImmutableMap.builder();
        all.put("ln_tuning_layers.weight", weight);
        if (bias != null) {
            all.put("ln_tuning_layers.bias", bias);
        }
        return all.buildOrThrow();
    }
}
