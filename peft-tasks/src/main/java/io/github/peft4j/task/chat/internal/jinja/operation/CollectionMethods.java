package io.github.peft4j.task.chat.internal.jinja.operation;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.chat.internal.jinja.value.Arguments;
import io.github.peft4j.task.chat.internal.jinja.value.Function;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.None;
import io.github.peft4j.task.chat.internal.jinja.value.Tuple;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Methods of lists and maps that change nothing, as in Jinja's immutable sandbox. */
final class CollectionMethods {

    private CollectionMethods() {}

    /** The method of a map, null if there is none. */
    static @Nullable Function method(Map<?, ?> map, String name) {
        return switch (name) {
            case "get" ->
                    arguments -> {
                        Arguments given = arguments.bind("key", "default");
                        Object key = Values.requireKey(given.get("key"));
                        given.budget().spend(key instanceof String text ? text.length() : 1);
                        Object value = map.get(key);
                        return value == null ? given.get("default", None.NONE) : value;
                    };
            case "keys" -> counted(() -> ImmutableList.copyOf(map.keySet()));
            case "values" -> counted(() -> ImmutableList.copyOf(map.values()));
            case "items" -> counted(() -> pairs(map));
            case "copy" -> counted(() -> new LinkedHashMap<>(map));
            case "pop", "popitem", "update", "clear", "setdefault" -> refused("dict", name);
            default -> null;
        };
    }

    /** The method of a list, null if there is none. */
    static @Nullable Function method(List<?> list, String name) {
        return switch (name) {
            case "index" ->
                    arguments -> {
                        Object wanted = arguments.bind("value").get("value");
                        for (int i = 0; i < list.size(); i++) {
                            if (Operators.equal(list.get(i), wanted, arguments.budget())) {
                                return (long) i;
                            }
                        }
                        throw new JinjaException("The list does not hold that value.");
                    };
            case "count" ->
                    arguments -> {
                        Object wanted = arguments.bind("value").get("value");
                        return list.stream()
                                .filter(item -> Operators.equal(item, wanted, arguments.budget()))
                                .count();
                    };
            case "copy" -> counted(() -> list);
            case "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort" ->
                    refused("list", name);
            default -> null;
        };
    }

    /** Key and value of each entry. */
    static ImmutableList<Object> pairs(Map<?, ?> map) {
        return map.entrySet().stream()
                .<Object>map(entry -> Tuple.of(entry.getKey(), entry.getValue()))
                .collect(ImmutableList.toImmutableList());
    }

    private static Function counted(Supplier<Object> value) {
        return arguments -> {
            arguments.bind();
            Object made = value.get();
            arguments.budget().items(Values.length(made));
            return made;
        };
    }

    private static Function refused(String type, String name) {
        return arguments -> {
            throw new JinjaException(
                    "%s.%s would change a value, which templates may not.".formatted(type, name));
        };
    }
}
