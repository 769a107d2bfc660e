package io.github.peft4j.task.chat.internal.jinja.operation;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import io.github.peft4j.task.chat.internal.jinja.value.Budget;
import io.github.peft4j.task.chat.internal.jinja.value.HasAttributes;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.None;
import io.github.peft4j.task.chat.internal.jinja.value.Tuple;
import io.github.peft4j.task.chat.internal.jinja.value.Undefined;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Attributes, items and slices of values. There are those named here, and no others. */
public final class Parts {

    /** What it costs to say that there is no such part. */
    private static final int ABSENT = 100;

    private Parts() {}

    /** {@code base.name}: a method if there is one, else the item of that name. */
    public static Object attribute(Object base, String name, Budget budget) {
        budget.spend(1);
        if (base instanceof Undefined missing) {
            throw missing.error();
        }
        Object part = member(base, name);
        if (part == null && base instanceof Map<?, ?> map) {
            part = map.get(name);
        }
        return part == null ? absent(base, name, budget) : part;
    }

    /** {@code base[key]}: the item, else the method of that name. */
    public static Object item(Object base, Object key, Budget budget) {
        budget.spend(1);
        if (key instanceof String name) {
            budget.spend(name.length());
        } else if (base instanceof String text) {
            budget.spend(text.length());
        }
        if (base instanceof Undefined missing) {
            throw missing.error();
        }
        Object part = null;
        if (base instanceof Map<?, ?> map) {
            part = map.get(Values.requireKey(key));
        } else if (key instanceof Long index && base instanceof List<?> list) {
            long place = index < 0 ? index + list.size() : index;
            part = place >= 0 && place < list.size() ? list.get((int) place) : null;
        } else if (key instanceof Long index && base instanceof String text) {
            long size = Values.length(text);
            long place = index < 0 ? index + size : index;
            part =
                    place >= 0 && place < size
                            ? Character.toString(
                                    text.codePointAt(text.offsetByCodePoints(0, (int) place)))
                            : null;
        }
        if (part == null && key instanceof String name) {
            part = member(base, name);
        }
        return part == null ? absent(base, key, budget) : part;
    }

    private static @Nullable Object member(Object base, String name) {
        if (base instanceof HasAttributes parts) {
            return parts.attribute(name);
        } else if (base instanceof String text) {
            return StringMethods.method(text, name);
        } else if (base instanceof Map<?, ?> map) {
            return CollectionMethods.method(map, name);
        } else if (base instanceof List<?> list) {
            return CollectionMethods.method(list, name);
        }
        return null;
    }

    private static Undefined absent(Object base, Object key, Budget budget) {
        budget.spend(ABSENT);
        return new Undefined(
                "A value of type %s has no part '%s'".formatted(Values.type(base), key));
    }

    /** {@code base[start:stop:step]}, with None for what is left out. */
    public static Object slice(Object base, List<Object> bounds, Budget budget) {
        if (base instanceof String text) {
            budget.spend(4L * text.length());
            int[] all = text.codePoints().toArray();
            int[] chosen = places(bounds, all.length).map(i -> all[i]).toArray();
            return new String(chosen, 0, chosen.length);
        } else if (base instanceof List<?> list) {
            budget.spend(8L * list.size());
            return Tuple.like(
                    list,
                    places(bounds, list.size())
                            .<Object>mapToObj(list::get)
                            .collect(ImmutableList.toImmutableList()));
        }
        throw base instanceof Undefined missing
                ? missing.error()
                : new JinjaException(
                        "A value of type %s has no slices.".formatted(Values.type(base)));
    }

    private static IntStream places(List<Object> bounds, long size) {
        long given = bound(bounds, 2, 1);
        if (given == 0) {
            throw new JinjaException("A slice cannot have step 0.");
        }
        boolean forward = given > 0;
        // a longer step reaches no further place
        long step = Math.max(-size - 1, Math.min(given, size + 1));
        long start = clipped(bound(bounds, 0, forward ? 0 : size - 1), size, forward, bounds, 0);
        long stop = clipped(bound(bounds, 1, forward ? size : -1), size, forward, bounds, 1);
        return LongStream.iterate(start, i -> forward ? i < stop : i > stop, i -> i + step)
                .mapToInt(Ints::checkedCast);
    }

    private static boolean isLeftOut(List<Object> bounds, int which) {
        return which >= bounds.size() || bounds.get(which) instanceof None;
    }

    private static long bound(List<Object> bounds, int which, long otherwise) {
        return isLeftOut(bounds, which) ? otherwise : Values.requireInteger(bounds.get(which));
    }

    /** A bound that counts from the end if it is negative, moved to the nearest end. */
    private static long clipped(
            long bound, long size, boolean forward, List<Object> bounds, int which) {
        if (isLeftOut(bounds, which)) {
            return bound;
        }
        long place = bound < 0 ? bound + size : bound;
        return forward
                ? Math.max(0, Math.min(place, size))
                : Math.max(-1, Math.min(place, size - 1));
    }
}
