package io.github.peft4j.task.chat.internal.jinja.tree;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.github.peft4j.task.chat.internal.jinja.value.Arguments;
import io.github.peft4j.task.chat.internal.jinja.value.Function;
import io.github.peft4j.task.chat.internal.jinja.value.Scope;
import io.github.peft4j.task.chat.internal.jinja.value.Undefined;
import java.util.Map;
import java.util.Optional;

/**
 * A piece of a template that is called like a function and gives the text that it writes.
 *
 * @param parameters names, each with its value for calls that leave it out
 * @param home the scope that it was defined in
 */
public record Macro(
        String name, ImmutableMap<String, Optional<Expr>> parameters, Statement body, Scope home)
        implements Function {

    private static final int CALL = 200;

    /** How the body of a {@code call} block comes into the macro. */
    public static final String CALLER = "caller";

    @Override
    public Object call(Arguments arguments) {
        Scope inside = home.child();
        inside.budget().spend(CALL + 32L * parameters.size());
        Object caller = arguments.named().get(CALLER);
        Map<String, Object> named = Maps.filterKeys(arguments.named(), key -> !key.equals(CALLER));
        Arguments bound =
                new Arguments(arguments.positional(), named, arguments.scope())
                        .bind(parameters.keySet().toArray(String[]::new));
        if (caller != null) {
            inside.set(CALLER, caller);
        }
        parameters.forEach(
                (parameter, fallback) -> {
                    Object given = bound.named().get(parameter);
                    inside.set(
                            parameter,
                            given != null
                                    ? given
                                    : fallback.map(expr -> expr.value(inside))
                                            .orElseGet(() -> Undefined.name(parameter)));
                });
        inside.budget().enterCall();
        try {
            return body.captured(inside);
        } finally {
            inside.budget().leaveCall();
        }
    }
}
