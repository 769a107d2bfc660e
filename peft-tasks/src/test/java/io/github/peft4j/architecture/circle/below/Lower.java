package io.github.peft4j.architecture.circle.below;

import io.github.peft4j.architecture.circle.Upper;

/** Knows what is above it, which knows it. */
public final class Lower {

    /** The other one. */
    public Upper upper() {
        return new Upper();
    }
}
