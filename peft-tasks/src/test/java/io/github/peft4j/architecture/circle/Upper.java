package io.github.peft4j.architecture.circle;

import io.github.peft4j.architecture.circle.below.Lower;

/** Knows what is below it, which knows it. */
public final class Upper {

    /** The other one. */
    public Lower lower() {
        return new Lower();
    }
}
