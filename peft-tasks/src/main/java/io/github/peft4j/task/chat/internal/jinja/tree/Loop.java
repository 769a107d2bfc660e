package io.github.peft4j.task.chat.internal.jinja.tree;

import io.github.peft4j.task.chat.internal.jinja.value.Arguments;
import io.github.peft4j.task.chat.internal.jinja.value.Function;
import io.github.peft4j.task.chat.internal.jinja.value.HasAttributes;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.Undefined;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code loop} in the turn of a for loop that an item has. */
record Loop(List<Object> items, int index) implements HasAttributes {

    @Override
    public @Nullable Object attribute(String name) {
        int size = items.size();
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) size - index;
            case "revindex0" -> size - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == size - 1;
            case "length" -> (long) size;
            case "depth" -> 1L;
            case "depth0" -> 0L;
            case "previtem" -> neighbour(index - 1, "there is no previous item");
            case "nextitem" -> neighbour(index + 1, "there is no next item");
            case "cycle" -> (Function) this::cycle;
            default -> null;
        };
    }

    private Object neighbour(int at, String otherwise) {
        return at >= 0 && at < items.size() ? items.get(at) : new Undefined(otherwise);
    }

    private Object cycle(Arguments arguments) {
        List<Object> values = arguments.positional();
        if (values.isEmpty()) {
            throw new JinjaException("loop.cycle has nothing to choose from.");
        }
        return values.get(index % values.size());
    }
}
