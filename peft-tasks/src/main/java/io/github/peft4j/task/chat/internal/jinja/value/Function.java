package io.github.peft4j.task.chat.internal.jinja.value;

/** A value that a template can call: a macro, a method of a text, {@code range}. */
@FunctionalInterface
public interface Function {

    Object call(Arguments arguments);
}
