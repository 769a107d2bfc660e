package io.github.peft4j.task.chat.internal.jinja.value;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a function, filter or test is called with. */
public final class Arguments {

    private final ImmutableList<Object> positional;
    private final ImmutableMap<String, Object> named;
    private final Scope scope;

    /** Arguments as a call gives them. */
    public Arguments(List<Object> positional, Map<String, Object> named, Scope scope) {
        this.positional = ImmutableList.copyOf(positional);
        this.named = ImmutableMap.copyOf(named);
        this.scope = scope;
    }

    /** None at all. */
    static Arguments none(Scope scope) {
        return new Arguments(ImmutableList.of(), ImmutableMap.of(), scope);
    }

    /** Those without a name, in order. */
    public ImmutableList<Object> positional() {
        return positional;
    }

    /** Those with a name. */
    public ImmutableMap<String, Object> named() {
        return named;
    }

    /** Where the call stands. */
    public Scope scope() {
        return scope;
    }

    /** What the rendering may still spend. */
    public Budget budget() {
        return scope.budget();
    }

    /** Those after the first, for a filter that is named by it. */
    public Arguments rest() {
        return new Arguments(positional.subList(1, positional.size()), named, scope);
    }

    /** With a name each, refused if there are more or others than the names. */
    public Arguments bind(String... names) {
        budget().spend((long) names.length * (1 + named.size()));
        if (positional.size() > names.length) {
            throw new JinjaException(
                    "%d arguments are too many, %d are taken."
                            .formatted(positional.size(), names.length));
        }
        Map<String, Object> bound = new LinkedHashMap<>(named);
        for (int i = 0; i < positional.size(); i++) {
            if (bound.put(names[i], positional.get(i)) != null) {
                throw new JinjaException("Argument '%s' is given twice.".formatted(names[i]));
            }
        }
        for (String name : named.keySet()) {
            if (!ImmutableList.copyOf(names).contains(name)) {
                throw new JinjaException("There is no argument '%s'.".formatted(name));
            }
        }
        return new Arguments(ImmutableList.of(), bound, scope);
    }

    /** An argument that must be there. */
    public Object get(String name) {
        Object value = named.get(name);
        if (value == null) {
            throw new JinjaException("Argument '%s' is missing.".formatted(name));
        }
        return value;
    }

    /** An argument that may be left out. */
    public Object get(String name, Object otherwise) {
        return named.getOrDefault(name, otherwise);
    }

    /** A text that may be left out. */
    public String text(String name, String otherwise) {
        return Values.requireText(get(name, otherwise));
    }

    /** A whole number that may be left out. */
    public long number(String name, long otherwise) {
        return Values.requireInteger(get(name, otherwise));
    }

    /** A yes or no that may be left out. */
    public boolean flag(String name, boolean otherwise) {
        return Values.isTrue(get(name, otherwise));
    }
}
