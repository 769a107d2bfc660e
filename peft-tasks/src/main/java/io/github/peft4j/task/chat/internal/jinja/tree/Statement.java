package io.github.peft4j.task.chat.internal.jinja.tree;

import io.github.peft4j.task.chat.internal.jinja.value.Scope;
import io.github.peft4j.task.chat.internal.jinja.value.Text;
import java.util.List;

/** A part of a template that writes text or sets variables. */
@FunctionalInterface
public interface Statement {

    /** How a loop goes on after a statement. */
    enum Flow {
        NEXT,
        CONTINUE,
        BREAK
    }

    /** Does what it says. */
    Flow run(Scope scope, Text out);

    /** One after the other, until one of them ends the loop or the turn that they are in. */
    static Statement sequence(List<Statement> statements) {
        return (scope, out) -> {
            scope.budget().spend(64L * statements.size());
            for (Statement statement : statements) {
                Flow flow = statement.run(scope, out);
                if (flow != Flow.NEXT) {
                    return flow;
                }
            }
            return Flow.NEXT;
        };
    }

    /** What it writes, as a value. */
    default String captured(Scope scope) {
        Text text = new Text(scope.budget());
        run(scope, text);
        return text.toString();
    }
}
