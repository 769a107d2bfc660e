package io.github.peft4j.task.chat.jinja;

/** A part of a template that has a value. */
@FunctionalInterface
interface Expr {

    /** The value for the variables of a scope; {@link Values} lists what it can be. */
    Object value(Scope scope);
}
