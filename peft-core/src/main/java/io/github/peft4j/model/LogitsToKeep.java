package io.github.peft4j.model;

/** Which scores of a language model somebody will read: they are its most expensive output. */
public enum LogitsToKeep {
    /** Those of all positions. */
    ALL,
    /** Those of the last position of each row: [B, 1, V]. */
    LAST,
    /** None: the loss alone. Heads whose scores cost nothing may give them all the same. */
    NONE
}
