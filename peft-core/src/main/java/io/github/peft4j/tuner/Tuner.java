package io.github.peft4j.tuner;

import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftType;

/**
 * A method. Implementations are stateless, public or not, and announce themselves with
 * {@code @AutoService(Tuner.class)}; a jar on the class path is enough.
 *
 * @param <C> the method's config
 */
public interface Tuner<C extends PeftConfig> {

    /** The method's name. */
    PeftType type();

    /** The class of the method's config. */
    Class<C> configType();

    /**
     * Makes a config of the defaults, overlaid by what the JSON has. What the reader is not asked
     * for counts as unknown.
     *
     * @throws IllegalArgumentException if a field is wrong
     */
    C parse(ConfigReader json);

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
