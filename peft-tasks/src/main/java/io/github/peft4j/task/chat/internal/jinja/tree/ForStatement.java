package io.github.peft4j.task.chat.internal.jinja.tree;

import io.github.peft4j.task.chat.internal.jinja.value.Scope;
import io.github.peft4j.task.chat.internal.jinja.value.Text;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A turn of the body for each item.
 *
 * <p>What a turn sets is gone after it: only the parts of a namespace stay.
 *
 * @param condition which items count, seen by {@code loop.length} and its like too
 * @param otherwise runs if no item counts, and, as in jinja2, if {@code continue} or {@code break}
 *     cuts every turn short
 */
public record ForStatement(
        Target target, Expr items, Optional<Expr> condition, Statement body, Statement otherwise)
        implements Statement {

    private static final int TURN = 16;

    @Override
    public Flow run(Scope scope, Text out) {
        List<Object> chosen = chosen(scope);
        boolean finished = false;
        for (int i = 0; i < chosen.size(); i++) {
            scope.budget().spend(TURN);
            Scope inside = scope.child();
            inside.set("loop", new Loop(chosen, i));
            target.assign(inside, chosen.get(i));
            Flow flow = body.run(inside, out);
            if (flow == Flow.BREAK) {
                break;
            }
            finished |= flow == Flow.NEXT;
        }
        return finished ? Flow.NEXT : otherwise.run(scope, out);
    }

    private List<Object> chosen(Scope scope) {
        List<Object> all = Values.items(items.value(scope), scope.budget());
        if (condition.isEmpty()) {
            return all;
        }
        List<Object> chosen = new ArrayList<>();
        for (Object item : all) {
            scope.budget().spend(TURN);
            Scope inside = scope.child();
            target.assign(inside, item);
            if (Values.isTrue(condition.get().value(inside))) {
                chosen.add(item);
            }
        }
        return chosen;
    }
}
