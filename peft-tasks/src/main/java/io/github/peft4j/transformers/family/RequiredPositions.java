package io.github.peft4j.transformers.family;

/** Which positions of the last layer a head reads; the layers may leave out the others. */
public enum RequiredPositions {
    /** All, padding too. */
    ALL,
    /** All but padding. */
    TOKENS,
    /** The first token of each row. */
    FIRST
}
