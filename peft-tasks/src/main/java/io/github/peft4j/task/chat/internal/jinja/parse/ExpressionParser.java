package io.github.peft4j.task.chat.internal.jinja.parse;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.task.chat.internal.jinja.operation.Operators;
import io.github.peft4j.task.chat.internal.jinja.tree.Expr;
import io.github.peft4j.task.chat.internal.jinja.value.PythonText;
import io.github.peft4j.task.chat.internal.jinja.value.Text;
import io.github.peft4j.task.chat.internal.jinja.value.Tuple;
import io.github.peft4j.task.chat.internal.jinja.value.Undefined;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads expressions, a method for each level of Jinja's grammar, the weakest binding first. */
public final class ExpressionParser {

    /** Names that stand for no variable. */
    static final ImmutableSet<String> RESERVED =
            ImmutableSet.of("and", "else", "if", "in", "is", "not", "or");

    private record Compared(Operators.Comparison sign, Expr right) {}

    private final TokenStream tokens;
    private final OperandParser operands;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
        this.operands = new OperandParser(tokens, this);
    }

    /** What reads the parts between operators. */
    OperandParser operands() {
        return operands;
    }

    /** {@code a if b else c}, or less. */
    Expr expression() {
        int line = tokens.line();
        Expr value = or();
        while (tokens.skipName("if")) {
            Expr yes = value;
            Expr condition = or();
            Expr no =
                    tokens.skipName("else")
                            ? expression()
                            : scope -> new Undefined("the condition is false and there is no else");
            value = scope -> (Values.isTrue(condition.value(scope)) ? yes : no).value(scope);
        }
        return OperandParser.at(line, value);
    }

    /** One expression, or several with commas between them, which make a list. */
    Expr tuple() {
        return tuple(this::expression);
    }

    /** As {@link #tuple()}, but leaves an {@code if} for the loop that this is the list of. */
    Expr loopItems() {
        int line = tokens.line();
        return OperandParser.at(line, tuple(this::or));
    }

    private Expr tuple(Supplier<Expr> part) {
        Expr first = part.get();
        if (!tokens.peek().isOperator(",")) {
            return first;
        }
        List<Expr> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",") && startsExpression()) {
            parts.add(part.get());
        }
        Expr items = OperandParser.list(parts);
        return scope -> Tuple.of((List<?>) items.value(scope));
    }

    boolean startsExpression() {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case NAME -> token.isName("not") || !RESERVED.contains(token.text());
            case OPERATOR -> ImmutableSet.of("(", "[", "{", "-", "+").contains(token.text());
            default -> false;
        };
    }

    private Expr or() {
        Expr value = and();
        while (tokens.skipName("or")) {
            Expr left = value;
            Expr right = and();
            value =
                    scope -> {
                        Object first = left.value(scope);
                        return Values.isTrue(first) ? first : right.value(scope);
                    };
        }
        return value;
    }

    private Expr and() {
        Expr value = not();
        while (tokens.skipName("and")) {
            Expr left = value;
            Expr right = not();
            value =
                    scope -> {
                        Object first = left.value(scope);
                        return Values.isTrue(first) ? right.value(scope) : first;
                    };
        }
        return value;
    }

    private Expr not() {
        if (tokens.skipName("not")) {
            Expr value = not();
            return scope -> {
                scope.budget().spend(16);
                return !Values.isTrue(value.value(scope));
            };
        }
        return comparison();
    }

    private Expr comparison() {
        Expr first = sum();
        List<Compared> rest = new ArrayList<>();
        for (Optional<Operators.Comparison> sign = sign(); sign.isPresent(); sign = sign()) {
            rest.add(new Compared(sign.get(), sum()));
        }
        if (rest.isEmpty()) {
            return first;
        }
        return scope -> {
            Object left = first.value(scope);
            for (Compared next : rest) {
                Object right = next.right().value(scope);
                if (!next.sign().holds(left, right, scope.budget())) {
                    return false;
                }
                left = right;
            }
            return true;
        };
    }

    private Optional<Operators.Comparison> sign() {
        if (tokens.skipName("in")) {
            return Optional.of(Operators::contains);
        }
        if (tokens.peek().isName("not") && tokens.peekSecond().isName("in")) {
            tokens.read();
            tokens.read();
            return Optional.of((left, right, budget) -> !Operators.contains(left, right, budget));
        }
        if (tokens.peek().kind() != Token.Kind.OPERATOR) {
            return Optional.empty();
        }
        Optional<Operators.Comparison> sign = Operators.comparison(tokens.peek().text());
        sign.ifPresent(found -> tokens.read());
        return sign;
    }

    private Expr sum() {
        Expr value = concatenation();
        while (tokens.peek().isOperator("+") || tokens.peek().isOperator("-")) {
            value = binary(tokens.read().text(), value, concatenation());
        }
        return value;
    }

    private Expr concatenation() {
        Expr value = product();
        while (tokens.skipOperator("~")) {
            Expr left = value;
            Expr right = product();
            value =
                    scope ->
                            new Text(scope.budget())
                                    .append(PythonText.str(left.value(scope), scope.budget()))
                                    .append(PythonText.str(right.value(scope), scope.budget()))
                                    .toString();
        }
        return value;
    }

    private Expr product() {
        Expr value = power();
        while (tokens.peek().kind() == Token.Kind.OPERATOR
                && ImmutableSet.of("*", "/", "//", "%").contains(tokens.peek().text())) {
            value = binary(tokens.read().text(), value, power());
        }
        return value;
    }

    private Expr power() {
        Expr value = operands.unary(true);
        while (tokens.skipOperator("**")) {
            value = binary("**", value, operands.unary(true));
        }
        return value;
    }

    private static Expr binary(String sign, Expr left, Expr right) {
        return scope ->
                Operators.apply(sign, left.value(scope), right.value(scope), scope.budget());
    }
}
