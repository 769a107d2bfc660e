package io.github.peft4j.task.tokenize;

/** How far short rows are filled up. */
public enum PaddingStrategy {
    /** Rows keep their own length. */
    NONE,
    /** To the longest row of the batch. */
    LONGEST,
    /** To {@code maxLength}. */
    MAX_LENGTH
}
