package io.github.peft4j.config.group;

import io.github.peft4j.config.Options;
import io.github.peft4j.config.option.OptionGetter;
import io.github.peft4j.config.option.OptionSetter;

/** The config of a method that can start without effect or at random. */
public interface HasInitWeights extends OptionGetter {

    /** Whether the adapter starts without effect; if not, it is random. */
    default boolean initWeights() {
        return get(Options.INIT_WEIGHTS);
    }

    /** Setters of a builder. */
    interface Setters<B> extends OptionSetter<B> {

        /** Whether the adapter starts without effect; if not, it is random. */
        default B optInitWeights(boolean value) {
            return set(Options.INIT_WEIGHTS, value);
        }
    }
}
