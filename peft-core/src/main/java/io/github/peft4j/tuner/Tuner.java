package io.github.peft4j.tuner;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.exception.UnsupportedFeatureException;
import java.util.Map;

/**
 * A method. Implementations are stateless, public or not, and announce themselves with
 * {@code @AutoService(PeftMethod.class)}; a jar on the class path is enough.
 *
 * @param <C> the method's config
 */
public interface Tuner<C extends PeftConfig> extends PeftMethod<C> {

    /** The model that the adapters of a base act in: some methods rearrange its layers. */
    default BaseModel baseFor(BaseModel base, C config) {
        return base;
    }

    /**
     * Makes an adapter for a model. All matched layers are seen at once, so tensors that layers
     * share need no hook.
     *
     * @throws IllegalArgumentException if the config does not fit the model; nothing stays
     *     allocated
     * @throws io.github.peft4j.exception.UnsupportedFeatureException if this version lacks
     *     something
     */
    CreatedAdapter<C> attach(CreateRequest<C> request);

    /**
     * An adapter in a form that acts on the untouched base by itself: without the part that its
     * start has taken out of the base.
     *
     * @param trained the tensors of its file, by key
     * @param start what those tensors were at the start, by key
     * @throws UnsupportedFeatureException if this method has no such form
     */
    default ConvertedAdapter<C> convert(
            C config, Map<String, NDArray> trained, Map<String, NDArray> start) {
        throw new UnsupportedFeatureException(
                "Adapters of method "
                        + config.peftType()
                        + " are not converted when they are saved, as in PEFT. Leave the start"
                        + " (path_initial_model_for_weight_conversion) out.");
    }

    /**
     * The part that an adapter's start has taken out of the base, as it is held here, under the
     * keys of the trained tensors; empty where the start takes nothing.
     */
    default Map<String, NDArray> start(AdapterSet set) {
        return ImmutableMap.of();
    }
}
