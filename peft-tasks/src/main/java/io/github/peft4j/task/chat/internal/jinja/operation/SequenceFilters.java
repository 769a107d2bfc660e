package io.github.peft4j.task.chat.internal.jinja.operation;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import com.google.common.primitives.Longs;
import io.github.peft4j.task.chat.internal.jinja.value.Arguments;
import io.github.peft4j.task.chat.internal.jinja.value.Budget;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.None;
import io.github.peft4j.task.chat.internal.jinja.value.PythonText;
import io.github.peft4j.task.chat.internal.jinja.value.Text;
import io.github.peft4j.task.chat.internal.jinja.value.Undefined;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** Filters of lists, and of what can be looped over like one. */
final class SequenceFilters {

    static final ImmutableMap<String, Filters.Filter> ALL =
            ImmutableMap.<String, Filters.Filter>builder()
                    .put("list", (value, with) -> items(value, with.bind()))
                    .put("first", (value, with) -> end(items(value, with.bind()), true))
                    .put("last", (value, with) -> end(items(value, with.bind()), false))
                    .put("join", SequenceFilters::join)
                    .put("map", SequenceFilters::map)
                    .put("select", (value, with) -> select(value, with, true))
                    .put("reject", (value, with) -> select(value, with, false))
                    .put("selectattr", (value, with) -> selectAttribute(value, with, true))
                    .put("rejectattr", (value, with) -> selectAttribute(value, with, false))
                    .put("reverse", SequenceFilters::reverse)
                    .put("sort", SequenceFilters::sort)
                    .put("unique", SequenceFilters::unique)
                    .put("min", (value, with) -> extreme(value, with, false))
                    .put("max", (value, with) -> extreme(value, with, true))
                    .put("sum", SequenceFilters::sum)
                    .put("items", SequenceFilters::entries)
                    .put("dictsort", SequenceFilters::sortedEntries)
                    .buildOrThrow();

    private SequenceFilters() {}

    private static List<Object> items(Object value, Arguments with) {
        List<Object> items = Values.items(value, with.budget());
        with.budget().items(items.size());
        return items;
    }

    private static Object end(List<Object> items, boolean first) {
        if (items.isEmpty()) {
            return new Undefined("The list is empty, so that no item is first or last");
        }
        return items.get(first ? 0 : items.size() - 1);
    }

    private static Object join(Object value, Arguments with) {
        Arguments given = with.bind("d", "attribute");
        String separator = given.text("d", "");
        Text out = new Text(given.budget());
        String before = "";
        for (Object item : items(value, given)) {
            out.append(before).append(PythonText.str(key(item, given), given.budget()));
            before = separator;
        }
        return out.toString();
    }

    /** The item, or its attribute of the name that the arguments have. */
    private static Object key(Object item, Arguments given) {
        Object attribute = given.get("attribute", None.NONE);
        return attribute instanceof None ? item : path(item, attribute, given.budget());
    }

    /** An attribute of an attribute, as {@code a.b} or {@code 0.b} name it. */
    private static Object path(Object item, Object attribute, Budget budget) {
        if (attribute instanceof Long) {
            return Parts.item(item, attribute, budget);
        }
        Object value = item;
        budget.spend(Values.requireText(attribute).length());
        for (String step : Splitter.on('.').split(Values.requireText(attribute))) {
            Long index = Longs.tryParse(step);
            value = Parts.item(value, index == null ? step : index, budget);
        }
        return value;
    }

    private static Object map(Object value, Arguments with) {
        List<Object> items = items(value, with);
        if (with.positional().isEmpty()) {
            Arguments given = with.bind("attribute", "default");
            return transformed(
                    items,
                    item -> {
                        Object part = path(item, given.get("attribute"), given.budget());
                        return part instanceof Undefined ? given.get("default", part) : part;
                    });
        }
        String filter = Values.requireText(with.positional().get(0));
        return transformed(items, item -> Filters.apply(filter, item, with.rest()));
    }

    private static ImmutableList<Object> transformed(
            List<Object> items, java.util.function.Function<Object, Object> change) {
        return items.stream().map(change).collect(ImmutableList.toImmutableList());
    }

    private static Object select(Object value, Arguments with, boolean wanted) {
        return filtered(value, with, item -> test(item, with) == wanted);
    }

    private static Object selectAttribute(Object value, Arguments with, boolean wanted) {
        Object attribute = with.positional().isEmpty() ? None.NONE : with.positional().get(0);
        if (attribute instanceof None) {
            throw new JinjaException("selectattr and rejectattr need an attribute's name.");
        }
        Arguments test = with.rest();
        return filtered(
                value, with, item -> test(path(item, attribute, test.budget()), test) == wanted);
    }

    private static ImmutableList<Object> filtered(
            Object value, Arguments with, Predicate<Object> holds) {
        return items(value, with).stream().filter(holds).collect(ImmutableList.toImmutableList());
    }

    /** Whether the test that the first argument names holds; without one, whether it is true. */
    private static boolean test(Object item, Arguments with) {
        if (with.positional().isEmpty()) {
            return Values.isTrue(item);
        }
        String name = Values.requireText(with.positional().get(0));
        return Tests.holds(name, item, with.rest());
    }

    private static Object reverse(Object value, Arguments with) {
        with.bind();
        return value instanceof String text
                ? new StringBuilder(text).reverse().toString()
                : ImmutableList.copyOf(Lists.reverse(items(value, with)));
    }

    private static Comparator<Object> order(Arguments given) {
        boolean exact = given.flag("case_sensitive", false);
        return (left, right) ->
                Operators.compare(
                        folded(key(left, given), exact, given.budget()),
                        folded(key(right, given), exact, given.budget()),
                        given.budget());
    }

    private static Object folded(Object value, boolean exact, Budget budget) {
        if (!(value instanceof String text) || exact) {
            return value;
        }
        budget.spend(text.length());
        return text.toLowerCase(Locale.ROOT);
    }

    private static Object sort(Object value, Arguments with) {
        Arguments given = with.bind("reverse", "case_sensitive", "attribute");
        return sorted(items(value, given), order(given), given.flag("reverse", false));
    }

    private static ImmutableList<Object> sorted(
            List<Object> items, Comparator<Object> order, boolean reverse) {
        return ImmutableList.sortedCopyOf(reverse ? order.reversed() : order, items);
    }

    private static Object unique(Object value, Arguments with) {
        Arguments given = with.bind("case_sensitive", "attribute");
        boolean exact = given.flag("case_sensitive", false);
        List<Object> seen = new ArrayList<>();
        return filtered(
                value,
                given,
                item -> {
                    Object key = folded(key(item, given), exact, given.budget());
                    boolean known =
                            seen.stream()
                                    .anyMatch(other -> Operators.equal(other, key, given.budget()));
                    return !known && seen.add(key);
                });
    }

    private static Object extreme(Object value, Arguments with, boolean largest) {
        Arguments given = with.bind("case_sensitive", "attribute");
        List<Object> items = items(value, given);
        if (items.isEmpty()) {
            return new Undefined("The list is empty, so that it has no extreme");
        }
        // of equal ones the first, as in Python
        return sorted(items, order(given), largest).get(0);
    }

    private static Object sum(Object value, Arguments with) {
        Arguments given = with.bind("attribute", "start");
        Object sum = given.get("start", 0L);
        for (Object item : items(value, given)) {
            sum = Operators.apply("+", sum, key(item, given), given.budget());
        }
        return sum;
    }

    private static Object entries(Object value, Arguments with) {
        with.bind();
        if (value instanceof Undefined) {
            return ImmutableList.of();
        }
        with.budget().items(Values.length(value));
        return CollectionMethods.pairs(requireMap(value));
    }

    private static Object sortedEntries(Object value, Arguments with) {
        Arguments given = with.bind("case_sensitive", "by", "reverse");
        boolean exact = given.flag("case_sensitive", false);
        Object place = given.text("by", "key").equals("value") ? 1L : 0L;
        Comparator<Object> order =
                (left, right) ->
                        Operators.compare(
                                folded(
                                        Parts.item(left, place, given.budget()),
                                        exact,
                                        given.budget()),
                                folded(
                                        Parts.item(right, place, given.budget()),
                                        exact,
                                        given.budget()),
                                given.budget());
        with.budget().items(Values.length(value));
        return sorted(
                CollectionMethods.pairs(requireMap(value)), order, given.flag("reverse", false));
    }

    private static Map<?, ?> requireMap(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new JinjaException("A dict is needed, not a %s.".formatted(Values.type(value)));
    }
}
