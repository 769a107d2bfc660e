package io.github.peft4j.tuner.lora.start;

/** What a start takes out of the base: the pair at the start, or nothing. */
public enum BaseShare {
    /** Nothing: the adapter adds to the whole base. */
    NONE,

    /** The pair at the start, which loading computes from the base again. */
    COMPUTED,

    /**
     * The pair at the start, which cannot be computed twice: chance or data had a part in it. It is
     * saved beside the adapter, in a file that Python does not read.
     */
    KEPT
}
