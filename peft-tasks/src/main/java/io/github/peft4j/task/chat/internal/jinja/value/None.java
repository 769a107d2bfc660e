package io.github.peft4j.task.chat.internal.jinja.value;

/** Python's {@code None}. */
public enum None {
    NONE
}
