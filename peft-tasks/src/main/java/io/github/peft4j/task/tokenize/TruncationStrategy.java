package io.github.peft4j.task.tokenize;

/** Which of two texts gives way when both together are too long. */
public enum TruncationStrategy {
    /** Nothing is cut. */
    NONE,
    /** The longer text is cut until both are equally long, then both. */
    LONGEST_FIRST,
    /** Only the first text is cut. */
    ONLY_FIRST,
    /** Only the second text is cut, e.g. the passage of a question. */
    ONLY_SECOND
}
