package io.github.peft4j.tuner;

import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.config.PeftMethods;
import io.github.peft4j.config.PeftType;

/** The tuners among the methods on the class path. */
public final class Tuners {

    private Tuners() {}

    /**
     * The tuner of a method.
     *
     * @throws io.github.peft4j.exception.UnsupportedFeatureException if this version lacks it; the
     *     text lists those it has
     */
    public static Tuner<? extends PeftConfig> require(PeftType type) {
        PeftMethod<?> method = PeftMethods.require(type);
        if (method instanceof Tuner<?> tuner) {
            return tuner;
        }
        throw new IllegalStateException(
                method.getClass().getName() + " has configs but is no Tuner. Implement Tuner.");
    }
}
