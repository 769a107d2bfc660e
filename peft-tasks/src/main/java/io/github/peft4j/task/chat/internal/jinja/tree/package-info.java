/** Statements and expressions, as functions of a scope. */
@NullMarked
package io.github.peft4j.task.chat.internal.jinja.tree;

import org.jspecify.annotations.NullMarked;
