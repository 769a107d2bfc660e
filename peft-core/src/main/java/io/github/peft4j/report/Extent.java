package io.github.peft4j.report;

import java.util.Locale;

/** For how many of some things something holds; PEFT's true, false and {@code "irregular"}. */
public enum Extent {
    /** For every one. */
    ALL,
    /** For none, or there is nothing. */
    NONE,
    /** For some, and not for others. */
    SOME;

    /** From how many there are, and for how many of them it holds. */
    public static Extent of(long count, long holds) {
        return holds == 0 ? NONE : holds == count ? ALL : SOME;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
