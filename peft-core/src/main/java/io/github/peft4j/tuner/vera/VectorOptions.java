package io.github.peft4j.tuner.vera;

import io.github.peft4j.config.OptionChecks;

/**
 * The two vectors that each layer trains.
 *
 * @param dInitial what d starts with; default 0.1
 * @param initWeights whether they start without effect, d at {@code dInitial} and b at zero; if
 *     not, d is drawn from N(0, 1) and b is one; default true
 */
public record VectorOptions(Number dInitial, boolean initWeights) {

    static final VectorOptions DEFAULT = new VectorOptions(0.1, true);

    /** Checks the values. */
    public VectorOptions {
        dInitial = OptionChecks.finite("d_initial", dInitial);
    }
}
