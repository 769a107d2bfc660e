package io.github.peft4j.task.data.chat;

/** What becomes of a row that is longer than {@code max_length}. */
public enum Overlong {

    /** Its end is cut off. */
    CUT,

    /** It is left out. */
    DROP
}
