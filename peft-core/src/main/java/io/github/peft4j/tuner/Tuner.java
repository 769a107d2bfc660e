package io.github.peft4j.tuner;

import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftMethod;

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
}
