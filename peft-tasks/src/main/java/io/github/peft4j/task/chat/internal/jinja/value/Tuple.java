package io.github.peft4j.task.chat.internal.jinja.value;

import com.google.common.collect.ImmutableList;
import java.util.AbstractList;
import java.util.List;

/** A list that prints in round brackets and equals no other list, as Python's tuples do. */
public final class Tuple extends AbstractList<Object> {

    private final ImmutableList<Object> items;

    private Tuple(List<?> items) {
        this.items = ImmutableList.copyOf(items);
    }

    /** A tuple of these items. */
    public static Tuple of(List<?> items) {
        return new Tuple(items);
    }

    /** A pair. */
    public static Tuple of(Object first, Object second) {
        return new Tuple(ImmutableList.of(first, second));
    }

    /** Items in the kind of list that another list is. */
    public static List<Object> like(List<?> other, ImmutableList<Object> items) {
        return other instanceof Tuple ? new Tuple(items) : items;
    }

    @Override
    public Object get(int index) {
        return items.get(index);
    }

    @Override
    public int size() {
        return items.size();
    }
}
