/**
 * Renders Jinja templates as Python's jinja2 does, as far as chat templates go: {@link
 * io.github.peft4j.task.chat.internal.jinja.JinjaTemplate}. For this module alone; others use
 * {@link io.github.peft4j.task.chat.ChatTemplate}.
 *
 * <p>Source to {@code Token}s to {@code Statement}s and {@code Expr}s ({@code parse}), which are
 * functions of a {@code Scope} ({@code tree}). Values are Python's, as {@code Values} lists them
 * ({@code value}), and {@code operation} has what Python can do with them: nothing else of Java can
 * be named by a template, and nothing is called by reflection. What a rendering may spend is in
 * {@code Budget}.
 */
@NullMarked
package io.github.peft4j.task.chat.internal.jinja;

import org.jspecify.annotations.NullMarked;
