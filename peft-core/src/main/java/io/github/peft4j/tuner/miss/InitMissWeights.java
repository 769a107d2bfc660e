package io.github.peft4j.tuner.miss;

import org.jspecify.annotations.Nullable;

/** How the block starts and what it does: the option {@code init_weights}. */
public enum InitMissWeights {
    /** A block [r, out] of zeros. */
    TRUE(true),
    /** A block [r, out] that is drawn, so that the adapter starts with an effect: for tests. */
    FALSE(false),
    /** A block [r, mini_r] of zeros, repeated along the outputs. */
    MINI("mini"),
    /** Square blocks [out / r, r, r] of zeros that also turn the weight. */
    BAT("bat");

    @SuppressWarnings("ImmutableEnumChecker") // a Boolean or a String
    private final Object json;

    InitMissWeights(Object json) {
        this.json = json;
    }

    /** The value in JSON: true, false or a name. */
    public Object toJson() {
        return json;
    }

    /**
     * The choice of this JSON value.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static InitMissWeights of(@Nullable Object json) {
        for (InitMissWeights value : values()) {
            if (value.json.equals(json)) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                "init_weights is " + json + "; it must be one of true, false, \"mini\", \"bat\".");
    }
}
