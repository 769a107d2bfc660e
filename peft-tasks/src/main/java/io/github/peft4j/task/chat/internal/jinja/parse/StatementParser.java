package io.github.peft4j.task.chat.internal.jinja.parse;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.chat.internal.jinja.tree.Expr;
import io.github.peft4j.task.chat.internal.jinja.tree.ForStatement;
import io.github.peft4j.task.chat.internal.jinja.tree.Macro;
import io.github.peft4j.task.chat.internal.jinja.tree.Statement;
import io.github.peft4j.task.chat.internal.jinja.tree.Statement.Flow;
import io.github.peft4j.task.chat.internal.jinja.tree.Target;
import io.github.peft4j.task.chat.internal.jinja.value.Arguments;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.Marks;
import io.github.peft4j.task.chat.internal.jinja.value.PythonText;
import io.github.peft4j.task.chat.internal.jinja.value.Scope;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the tags of a template and the text between them. */
public final class StatementParser {

    private record Branch(Expr condition, Statement body) {}

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private int loops;

    private StatementParser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    /** The whole template. */
    public static Statement parse(ImmutableList<Token> tokens) {
        StatementParser parser = new StatementParser(new TokenStream(tokens));
        return parser.body(1);
    }

    /**
     * Statements up to the end of the template, or up to a tag of one of some names, which is read
     * up to its name.
     *
     * @param begin line of the tag that they belong to
     */
    private Statement body(int begin, String... ends) {
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = tokens.read();
            switch (token.kind()) {
                case DATA -> statements.add(text(token.text()));
                case VARIABLE_BEGIN -> {
                    statements.add(output(token.line(), expressions.tuple()));
                    tokens.expect(Token.Kind.VARIABLE_END, "'}}'");
                }
                case BLOCK_BEGIN -> {
                    if (ImmutableList.copyOf(ends).contains(tokens.peek().text())) {
                        return Statement.sequence(ImmutableList.copyOf(statements));
                    }
                    statements.add(located(token.line(), tag()));
                }
                default -> {
                    if (ends.length > 0) {
                        throw new JinjaException(
                                        "The block is not closed by %s."
                                                .formatted(ends[ends.length - 1]))
                                .at(begin);
                    }
                    return Statement.sequence(ImmutableList.copyOf(statements));
                }
            }
        }
    }

    private static Statement text(String text) {
        return (scope, out) -> {
            out.append(text);
            return Flow.NEXT;
        };
    }

    private static Statement output(int line, Expr value) {
        return located(
                line,
                (scope, out) -> {
                    out.append(PythonText.str(value.value(scope), scope.budget()));
                    return Flow.NEXT;
                });
    }

    private static Statement located(int line, Statement statement) {
        return (scope, out) -> {
            try {
                return statement.run(scope, out);
            } catch (JinjaException failed) {
                throw failed.at(line);
            }
        };
    }

    private Statement tag() {
        Token name = tokens.peek();
        tokens.expect(Token.Kind.NAME, "a tag's name");
        return switch (name.text()) {
            case "for" -> loop();
            case "if" -> condition();
            case "set" -> set();
            case "macro" -> macro();
            case "call" -> callBlock();
            case "filter" -> filterBlock();
            case "with" -> with();
            case "generation" -> generation();
            case "break" -> leave(name, Flow.BREAK);
            case "continue" -> leave(name, Flow.CONTINUE);
            default ->
                    throw new JinjaException(
                                    ("Tag '%s' is not known here. Chat templates consist of for,"
                                                    + " if, set, macro, call, filter, with,"
                                                    + " generation, break and continue.")
                                            .formatted(name.text()))
                            .at(name.line());
        };
    }

    private void endTag() {
        tokens.expect(Token.Kind.BLOCK_END, "'%}'");
    }

    private Statement bodyUntil(String end) {
        int line = tokens.line();
        endTag();
        Statement body = body(line, end);
        tokens.expectName(end);
        endTag();
        return body;
    }

    private Statement leave(Token name, Flow flow) {
        if (loops == 0) {
            throw new JinjaException("'%s' is in no loop.".formatted(name.text())).at(name.line());
        }
        endTag();
        return (scope, out) -> flow;
    }

    private Statement loop() {
        int line = tokens.line();
        Target target = targets("in");
        tokens.expectName("in");
        Expr items = expressions.loopItems();
        Optional<Expr> condition =
                tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        if (tokens.peek().isName("recursive")) {
            throw new JinjaException("Recursive loops are not known here. Use a macro.")
                    .at(tokens.line());
        }
        endTag();
        loops++;
        Statement body = body(line, "else", "endfor");
        loops--;
        Statement otherwise = Statement.sequence(ImmutableList.of());
        if (tokens.skipName("else")) {
            endTag();
            otherwise = body(line, "endfor");
        }
        tokens.expectName("endfor");
        endTag();
        return new ForStatement(target, items, condition, body, otherwise);
    }

    private Statement condition() {
        int line = tokens.line();
        List<Branch> branches = new ArrayList<>();
        Expr condition = expressions.tuple();
        endTag();
        while (true) {
            branches.add(new Branch(condition, body(line, "elif", "else", "endif")));
            if (!tokens.skipName("elif")) {
                break;
            }
            condition = expressions.tuple();
            endTag();
        }
        Statement otherwise = Statement.sequence(ImmutableList.of());
        if (tokens.skipName("else")) {
            endTag();
            otherwise = body(line, "endif");
        }
        tokens.expectName("endif");
        endTag();
        Statement last = otherwise;
        return (scope, out) -> {
            for (Branch branch : branches) {
                if (Values.isTrue(branch.condition().value(scope))) {
                    return branch.body().run(scope, out);
                }
            }
            return last.run(scope, out);
        };
    }

    private Statement set() {
        Target target = targets("=");
        if (tokens.skipOperator("=")) {
            Expr value = expressions.tuple();
            endTag();
            return (scope, out) -> {
                target.assign(scope, value.value(scope));
                return Flow.NEXT;
            };
        }
        List<Expr> holder = new ArrayList<>();
        Expr filtered = filters(scope -> holder.get(0).value(scope));
        Statement body = bodyUntil("endset");
        holder.add(scope -> body.captured(scope.child()));
        return (scope, out) -> {
            target.assign(scope, filtered.value(scope));
            return Flow.NEXT;
        };
    }

    private Expr filters(Expr start) {
        Expr value = start;
        while (tokens.skipOperator("|")) {
            value = expressions.operands().filter(value);
        }
        return value;
    }

    /** Names to assign to, with commas between them, up to a word or sign. */
    private Target targets(String end) {
        boolean bracket = tokens.skipOperator("(");
        List<Target> targets = new ArrayList<>(List.of(target()));
        boolean several = false;
        while (tokens.skipOperator(",")) {
            several = true;
            Token next = tokens.peek();
            if (next.isOperator(")") || next.text().equals(end)) {
                break;
            }
            targets.add(target());
        }
        if (bracket) {
            tokens.expectOperator(")");
        }
        return several ? Target.several(ImmutableList.copyOf(targets)) : targets.get(0);
    }

    private Target target() {
        String name = tokens.expect(Token.Kind.NAME, "a variable's name");
        return tokens.skipOperator(".")
                ? Target.part(name, tokens.expect(Token.Kind.NAME, "an attribute's name"))
                : Target.variable(name);
    }

    private Statement macro() {
        String name = tokens.expect(Token.Kind.NAME, "the macro's name");
        tokens.expectOperator("(");
        ImmutableMap<String, Optional<Expr>> parameters = parameters();
        Statement body = outsideLoops("endmacro");
        return (scope, out) -> {
            scope.set(name, new Macro(name, parameters, body, scope));
            return Flow.NEXT;
        };
    }

    private ImmutableMap<String, Optional<Expr>> parameters() {
        ImmutableMap.Builder<String, Optional<Expr>> parameters = ImmutableMap.builder();
        boolean first = true;
        while (!tokens.skipOperator(")")) {
            if (!first) {
                tokens.expectOperator(",");
            }
            first = false;
            String name = tokens.expect(Token.Kind.NAME, "a parameter's name");
            parameters.put(
                    name,
                    tokens.skipOperator("=")
                            ? Optional.of(expressions.expression())
                            : Optional.empty());
        }
        return parameters.buildKeepingLast();
    }

    /** A body that a loop around it does not reach into. */
    private Statement outsideLoops(String end) {
        int around = loops;
        loops = 0;
        Statement body = bodyUntil(end);
        loops = around;
        return body;
    }

    private Statement callBlock() {
        ImmutableMap<String, Optional<Expr>> parameters =
                tokens.skipOperator("(") ? parameters() : ImmutableMap.of();
        String name = tokens.expect(Token.Kind.NAME, "the macro's name");
        tokens.expectOperator("(");
        OperandParser.CallSyntax call = expressions.operands().arguments();
        Statement body = outsideLoops("endcall");
        return (scope, out) -> {
            if (!(scope.get(name) instanceof Macro macro)) {
                throw new JinjaException("'%s' is no macro.".formatted(name));
            }
            Arguments given = call.arguments(scope);
            Map<String, Object> named = new LinkedHashMap<>(given.named());
            named.put(Macro.CALLER, new Macro(Macro.CALLER, parameters, body, scope));
            Object text = macro.call(new Arguments(given.positional(), named, scope));
            out.append(PythonText.str(text, scope.budget()));
            return Flow.NEXT;
        };
    }

    private Statement filterBlock() {
        List<Statement> holder = new ArrayList<>();
        Expr filtered =
                filters(
                        expressions
                                .operands()
                                .filter(scope -> holder.get(0).captured(scope.child())));
        holder.add(outsideLoops("endfilter"));
        return (scope, out) -> {
            out.append(PythonText.str(filtered.value(scope), scope.budget()));
            return Flow.NEXT;
        };
    }

    private Statement with() {
        List<Target> targets = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (tokens.peek().kind() != Token.Kind.BLOCK_END) {
            if (!targets.isEmpty()) {
                tokens.expectOperator(",");
            }
            targets.add(target());
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        Statement body = bodyUntil("endwith");
        return (scope, out) -> {
            Scope inside = scope.child();
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(inside, values.get(i).value(scope));
            }
            return body.run(inside, out);
        };
    }

    /** Marks what an assistant wrote, for training masks; it renders as what is in it. */
    private Statement generation() {
        Statement body = bodyUntil("endgeneration");
        return (scope, out) -> {
            Marks marks = scope.marks();
            if (marks == null) {
                return body.run(scope.child(), out);
            }
            marks.open(out);
            Flow flow = body.run(scope.child(), out);
            marks.close();
            return flow;
        };
    }
}
