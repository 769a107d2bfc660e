package io.github.peft4j.task.chat.internal.jinja.tree;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.Namespace;
import io.github.peft4j.task.chat.internal.jinja.value.Scope;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.util.List;

/** What {@code set} and {@code for} put a value into. */
@FunctionalInterface
public interface Target {

    void assign(Scope scope, Object value);

    /** A variable of the scope. */
    static Target variable(String name) {
        return (scope, value) -> scope.set(name, value);
    }

    /** A part of a namespace, the only thing that a scope inside can change outside of it. */
    static Target part(String namespace, String name) {
        return (scope, value) -> {
            if (!(scope.get(namespace) instanceof Namespace parts)) {
                throw new JinjaException("'%s' is no namespace.".formatted(namespace));
            }
            parts.set(name, value);
        };
    }

    /** A part of the value each. */
    static Target several(ImmutableList<Target> targets) {
        return (scope, value) -> {
            List<Object> parts = Values.items(value, scope.budget());
            if (parts.size() != targets.size()) {
                throw new JinjaException(
                        "%d values cannot be given to %d names."
                                .formatted(parts.size(), targets.size()));
            }
            for (int i = 0; i < parts.size(); i++) {
                targets.get(i).assign(scope, parts.get(i));
            }
        };
    }
}
