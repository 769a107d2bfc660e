package io.github.peft4j.task.chat.internal.jinja.value;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables that a part of a template sees: its own, then those of the parts around it. */
public final class Scope {

    private final @Nullable Scope parent;
    private final Budget budget;
    private final Map<String, Object> variables = new HashMap<>();

    private Scope(@Nullable Scope parent, Budget budget) {
        this.parent = parent;
        this.budget = budget;
    }

    public static Scope root(Map<String, Object> globals) {
        Scope root = new Scope(null, new Budget());
        root.variables.putAll(globals);
        return root;
    }

    public Scope child() {
        return new Scope(this, budget);
    }

    public Budget budget() {
        return budget;
    }

    public Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            Object value = scope.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        return Undefined.name(name);
    }

    public void set(String name, Object value) {
        variables.put(name, value);
    }
}
