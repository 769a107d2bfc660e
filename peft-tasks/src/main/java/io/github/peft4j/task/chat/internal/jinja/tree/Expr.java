package io.github.peft4j.task.chat.internal.jinja.tree;

import io.github.peft4j.task.chat.internal.jinja.value.Scope;
import io.github.peft4j.task.chat.internal.jinja.value.Values;

/** A part of a template that has a value. */
@FunctionalInterface
public interface Expr {

    /** The value for the variables of a scope; {@link Values} lists what it can be. */
    Object value(Scope scope);
}
