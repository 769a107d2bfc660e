package io.github.peft4j.tuner.miss;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.JsonType;

/** How the block starts and what it does: the option {@code init_weights}. */
public enum InitMissWeights {
    /** {@code true}: a block [r, out] of zeros. */
    TRUE,
    /** {@code false}: a drawn block [r, out], so that the adapter acts at once: for tests. */
    FALSE,
    /** {@code "mini"}: a block [r, mini_r] of zeros, repeated along the outputs. */
    MINI,
    /** {@code "bat"}: square blocks [out / r, r, r] of zeros that also turn the weight. */
    BAT;

    static final JsonType<InitMissWeights> JSON =
            JsonType.choice(ImmutableMap.of(TRUE, true, FALSE, false, MINI, "mini", BAT, "bat"));
}
