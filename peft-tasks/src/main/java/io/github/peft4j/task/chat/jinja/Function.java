package io.github.peft4j.task.chat.jinja;

/** A value that a template can call: a macro, a method of a text, {@code range}. */
@FunctionalInterface
interface Function {

    Object call(Arguments arguments);
}
