package io.github.peft4j.task.chat.jinja;

/** Python's {@code None}. */
enum None {
    NONE
}
