package io.github.peft4j.task.chat.internal.jinja.parse;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.chat.internal.jinja.operation.Filters;
import io.github.peft4j.task.chat.internal.jinja.operation.Operators;
import io.github.peft4j.task.chat.internal.jinja.operation.Parts;
import io.github.peft4j.task.chat.internal.jinja.operation.Tests;
import io.github.peft4j.task.chat.internal.jinja.tree.Expr;
import io.github.peft4j.task.chat.internal.jinja.value.Arguments;
import io.github.peft4j.task.chat.internal.jinja.value.Function;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.None;
import io.github.peft4j.task.chat.internal.jinja.value.Scope;
import io.github.peft4j.task.chat.internal.jinja.value.Tuple;
import io.github.peft4j.task.chat.internal.jinja.value.Undefined;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what operators stand between: names, literals and brackets, with the attributes, calls,
 * filters and tests behind them.
 */
final class OperandParser {

    private record Entry(Expr key, Expr value) {}

    private final TokenStream tokens;
    private final ExpressionParser expressions;

    OperandParser(TokenStream tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    /** An operand with its signs; with all filters and tests behind it, or without. */
    Expr unary(boolean filters) {
        Expr value;
        if (tokens.skipOperator("-")) {
            Expr positive = unary(false);
            value = scope -> Operators.apply("-", 0L, positive.value(scope), scope.budget());
        } else if (tokens.skipOperator("+")) {
            Expr same = unary(false);
            value = scope -> Operators.apply("+", 0L, same.value(scope), scope.budget());
        } else {
            value = primary();
        }
        value = postfix(value);
        return filters ? filtered(value) : value;
    }

    private Expr primary() {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case NAME -> name(tokens.read());
            case STRING -> constant(strings());
            case INTEGER -> constant(Operators.integer(tokens.read().text(), token.line()));
            case FLOAT -> constant(Double.parseDouble(tokens.read().text().replace("_", "")));
            default -> bracket();
        };
    }

    /** Strings beside each other are one. */
    private String strings() {
        StringBuilder text = new StringBuilder();
        while (tokens.peek().kind() == Token.Kind.STRING) {
            text.append(tokens.read().text());
        }
        return text.toString();
    }

    private Expr bracket() {
        if (tokens.skipOperator("(")) {
            return parenthesised();
        } else if (tokens.skipOperator("[")) {
            return list(expressions("]"));
        } else if (tokens.skipOperator("{")) {
            return map();
        }
        throw tokens.unexpected("a value");
    }

    private Expr name(Token token) {
        return switch (token.text()) {
            case "true", "True" -> constant(true);
            case "false", "False" -> constant(false);
            case "none", "None" -> constant(None.NONE);
            default -> {
                if (ExpressionParser.RESERVED.contains(token.text())) {
                    throw new JinjaException(
                                    "Found %s where a value should be.".formatted(token.shown()))
                            .at(token.line());
                }
                yield scope -> scope.get(token.text());
            }
        };
    }

    private static Expr constant(Object value) {
        return scope -> {
            scope.budget().spend(8);
            return value;
        };
    }

    private Expr parenthesised() {
        if (tokens.skipOperator(")")) {
            return constant(Tuple.of(ImmutableList.of()));
        }
        Expr inside = expressions.tuple();
        tokens.expectOperator(")");
        return inside;
    }

    private List<Expr> expressions(String close) {
        List<Expr> parts = new ArrayList<>();
        while (!tokens.skipOperator(close)) {
            if (!parts.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(close)) {
                    break;
                }
            }
            parts.add(expressions.expression());
        }
        return parts;
    }

    static Expr list(List<Expr> parts) {
        return scope -> {
            ImmutableList.Builder<Object> values = ImmutableList.builder();
            parts.forEach(part -> values.add(part.value(scope)));
            scope.budget().items(parts.size());
            return values.build();
        };
    }

    private Expr map() {
        List<Entry> entries = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            if (!entries.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator("}")) {
                    break;
                }
            }
            Expr key = expressions.expression();
            tokens.expectOperator(":");
            entries.add(new Entry(key, expressions.expression()));
        }
        return scope -> {
            Map<Object, Object> values = new LinkedHashMap<>();
            entries.forEach(
                    entry ->
                            values.put(
                                    Values.requireKey(entry.key().value(scope)),
                                    entry.value().value(scope)));
            scope.budget().items(values.size());
            return values;
        };
    }

    /** Attributes, items, slices and calls behind a value. */
    private Expr postfix(Expr start) {
        Expr value = start;
        while (true) {
            int line = tokens.line();
            Expr base = value;
            if (tokens.skipOperator(".")) {
                value = at(line, attribute(base));
            } else if (tokens.skipOperator("[")) {
                value = at(line, subscript(base));
            } else if (tokens.skipOperator("(")) {
                value = at(line, call(base));
            } else {
                return value;
            }
        }
    }

    private Expr attribute(Expr base) {
        if (tokens.peek().kind() == Token.Kind.INTEGER) {
            Object index = Operators.integer(tokens.read().text(), tokens.line());
            return scope -> Parts.item(base.value(scope), index, scope.budget());
        }
        String name = tokens.expect(Token.Kind.NAME, "an attribute's name");
        return scope -> Parts.attribute(base.value(scope), name, scope.budget());
    }

    private Expr subscript(Expr base) {
        List<Optional<Expr>> bounds = new ArrayList<>();
        boolean slice = false;
        while (!tokens.skipOperator("]")) {
            boolean absent = tokens.peek().isOperator(":");
            bounds.add(absent ? Optional.empty() : Optional.of(expressions.tuple()));
            if (tokens.skipOperator(":")) {
                slice = true;
            } else {
                tokens.expectOperator("]");
                break;
            }
        }
        if (bounds.isEmpty() || bounds.size() > 3) {
            throw tokens.unexpected("an index");
        }
        if (!slice) {
            Expr index = bounds.get(0).orElseThrow();
            return scope -> Parts.item(base.value(scope), index.value(scope), scope.budget());
        }
        return scope ->
                Parts.slice(
                        base.value(scope),
                        bounds.stream()
                                .map(bound -> bound.map(expr -> expr.value(scope)))
                                .map(bound -> bound.orElse(None.NONE))
                                .toList(),
                        scope.budget());
    }

    private Expr call(Expr base) {
        CallSyntax call = arguments();
        return scope -> {
            Object function = base.value(scope);
            if (!(function instanceof Function callable)) {
                throw function instanceof Undefined missing
                        ? missing.error()
                        : new JinjaException(
                                "A value of type %s cannot be called."
                                        .formatted(Values.type(function)));
            }
            return callable.call(call.arguments(scope));
        };
    }

    /** Arguments whose opening bracket has been read. */
    CallSyntax arguments() {
        ImmutableList.Builder<Expr> positional = ImmutableList.builder();
        ImmutableMap.Builder<String, Expr> named = ImmutableMap.builder();
        boolean first = true;
        while (!tokens.skipOperator(")")) {
            if (!first) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(")")) {
                    break;
                }
            }
            first = false;
            if (tokens.peek().kind() == Token.Kind.NAME && tokens.peekSecond().isOperator("=")) {
                String name = tokens.read().text();
                tokens.read();
                named.put(name, expressions.expression());
            } else {
                positional.add(expressions.expression());
            }
        }
        return new CallSyntax(positional.build(), named.buildKeepingLast());
    }

    private Expr filtered(Expr start) {
        Expr value = start;
        while (true) {
            int line = tokens.line();
            if (tokens.skipOperator("|")) {
                value = at(line, filter(value));
            } else if (tokens.skipName("is")) {
                value = at(line, test(value));
            } else if (tokens.skipOperator("(")) {
                value = at(line, call(value));
            } else {
                return value;
            }
        }
    }

    /** A filter whose bar has been read. */
    Expr filter(Expr value) {
        String name = tokens.expect(Token.Kind.NAME, "a filter's name");
        CallSyntax call = tokens.skipOperator("(") ? arguments() : CallSyntax.NONE;
        return scope -> Filters.apply(name, value.value(scope), call.arguments(scope));
    }

    private Expr test(Expr value) {
        boolean negated = tokens.skipName("not");
        String name = tokens.expect(Token.Kind.NAME, "a test's name");
        CallSyntax call = CallSyntax.NONE;
        if (tokens.skipOperator("(")) {
            call = arguments();
        } else if (expressions.startsExpression()
                && !tokens.peek().isName("not")
                && !tokens.peek().isOperator("-")
                && !tokens.peek().isOperator("+")) {
            call = new CallSyntax(ImmutableList.of(postfix(primary())), ImmutableMap.of());
        }
        CallSyntax with = call;
        return scope -> Tests.holds(name, value.value(scope), with.arguments(scope)) != negated;
    }

    /** Counts the work of an expression and says where it failed. */
    static Expr at(int line, Expr expression) {
        return scope -> {
            try {
                scope.budget().spend(16);
                return expression.value(scope);
            } catch (JinjaException failed) {
                throw failed.at(line);
            }
        };
    }

    /** Arguments as they are written. */
    record CallSyntax(ImmutableList<Expr> positional, ImmutableMap<String, Expr> named) {

        static final CallSyntax NONE = new CallSyntax(ImmutableList.of(), ImmutableMap.of());

        Arguments arguments(Scope scope) {
            List<Object> values = new ArrayList<>();
            scope.budget().spend(positional.size() + named.size());
            positional.forEach(expr -> values.add(expr.value(scope)));
            Map<String, Object> byName = new LinkedHashMap<>();
            named.forEach((name, expr) -> byName.put(name, expr.value(scope)));
            return new Arguments(values, byName, scope);
        }
    }
}
