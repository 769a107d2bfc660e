/**
 * Renders Jinja templates as Python's jinja2 does, as far as chat templates go: {@link
 * io.github.peft4j.task.chat.jinja.JinjaTemplate}.
 *
 * <p>Source to {@code Token}s ({@code Lexer}), tokens to {@code Statement}s and {@code Expr}s,
 * which are functions of a {@code Scope} ({@code StatementParser}, {@code ExpressionParser}).
 * Values are Python's, as {@code Values} lists them: nothing else of Java can be named by a
 * template, and nothing is called by reflection. What a rendering may spend is in {@code Budget}.
 */
@NullMarked
package io.github.peft4j.task.chat.jinja;

import org.jspecify.annotations.NullMarked;
