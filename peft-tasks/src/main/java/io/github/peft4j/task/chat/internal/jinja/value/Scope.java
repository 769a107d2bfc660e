package io.github.peft4j.task.chat.internal.jinja.value;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables that a part of a template sees: its own, then those of the parts around it. */
public final class Scope {

    /** What it costs to say that there is no such name. */
    private static final int ABSENT = 100;

    private final @Nullable Scope parent;
    private final Budget budget;
    private final @Nullable Marks marks;
    private final Map<String, Object> variables = new HashMap<>();

    private Scope(@Nullable Scope parent, Budget budget, @Nullable Marks marks) {
        this.parent = parent;
        this.budget = budget;
        this.marks = marks;
    }

    /** The outermost scope of a rendering, with a budget of its own. */
    public static Scope root(Map<String, Object> globals) {
        return root(globals, new Budget(), null);
    }

    /**
     * The outermost scope of a rendering.
     *
     * @param marks collects generation blocks; null where nobody asks for them
     */
    public static Scope root(Map<String, Object> globals, Budget budget, @Nullable Marks marks) {
        Scope root = new Scope(null, budget, marks);
        root.variables.putAll(globals);
        return root;
    }

    /** A scope inside this one. */
    public Scope child() {
        return new Scope(this, budget, marks);
    }

    /** What the rendering may still spend. */
    public Budget budget() {
        return budget;
    }

    /** What collects generation blocks; null where nobody asks for them. */
    public @Nullable Marks marks() {
        return marks;
    }

    /** The value of a name here or further out; undefined if there is none. */
    public Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            budget.spend(4);
            Object value = scope.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        budget.spend(ABSENT);
        return Undefined.name(name);
    }

    /** Gives a name a value here. */
    public void set(String name, Object value) {
        variables.put(name, value);
    }
}
