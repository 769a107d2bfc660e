package io.github.peft4j.tuner.lokr;

import java.util.Arrays;

/** How LoKr's factors start: values of {@code init_weights}. */
public enum InitLokrWeights {
    /** {@code true}: the first factor is zero, the second random; no effect. */
    ZERO_FIRST,
    /** {@code "lycoris"}: the second factor is zero, the first random; no effect. */
    LYCORIS,
    /** {@code false}: both are random. */
    RANDOM;

    /** The value in JSON: a flag or a string. */
    public Object json() {
        return this == LYCORIS ? "lycoris" : (Object) (this == ZERO_FIRST);
    }

    /**
     * The choice of this JSON value.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static InitLokrWeights of(Object json) {
        return Arrays.stream(values())
                .filter(start -> start.json().equals(json))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "init_weights is '"
                                                + json
                                                + "'; it must be true, false or \"lycoris\"."));
    }
}
