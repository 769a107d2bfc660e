package io.github.peft4j.tuner.lokr;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.JsonType;

/** How LoKr's factors start: the option {@code init_weights}. */
public enum InitLokrWeights {
    /** {@code true}: the first factor is zero, the second random; no effect. */
    ZERO_FIRST,
    /** {@code "lycoris"}: the second factor is zero, the first random; no effect. */
    LYCORIS,
    /** {@code false}: both are random. */
    RANDOM;

    static final JsonType<InitLokrWeights> JSON =
            JsonType.choice(ImmutableMap.of(ZERO_FIRST, true, LYCORIS, "lycoris", RANDOM, false));
}
