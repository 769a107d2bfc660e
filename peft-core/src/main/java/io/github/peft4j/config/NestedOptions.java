package io.github.peft4j.config;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The schema of an object inside a config, such as {@code eva_config}: its fields with default,
 * type and rule. Absent fields are filled in, unknown ones dropped, as PEFT does.
 */
public final class NestedOptions {

    private final ImmutableMap<String, Field<?>> fields;

    private record Field<T>(
            @Nullable Object standard, JsonType<T> type, Predicate<T> allowed, String rule) {

        @Nullable Object check(String key, @Nullable Object value) {
            if (value == null && standard == null) {
                return null;
            }
            T converted = type.convert(key, value);
            Preconditions.checkArgument(
                    allowed.test(converted), "%s is %s; it must be %s.", key, value, rule);
            return value;
        }
    }

    private NestedOptions(Map<String, Field<?>> fields) {
        this.fields = ImmutableMap.copyOf(fields);
    }

    /** A schema without fields. */
    public static NestedOptions schema() {
        return new NestedOptions(ImmutableMap.of());
    }

    /** This schema with a field of any value; a null default allows null. */
    public <T> NestedOptions with(String key, @Nullable Object standard, JsonType<T> type) {
        return with(key, standard, type, value -> true, "");
    }

    /**
     * This schema with a field that obeys a rule.
     *
     * @param rule completes "it must be ..."
     */
    public <T> NestedOptions with(
            String key,
            @Nullable Object standard,
            JsonType<T> type,
            Predicate<T> allowed,
            String rule) {
        Map<String, Field<?>> more = new LinkedHashMap<>(fields);
        more.put(key, new Field<>(JsonValues.freeze(standard), type, allowed, rule));
        return new NestedOptions(more);
    }

    /** This schema with a field that is one of these strings. */
    public NestedOptions withChoice(String key, String standard, String... others) {
        Set<String> all = new java.util.TreeSet<>(Set.of(others));
        all.add(standard);
        return with(key, standard, JsonType.STRING, all::contains, "one of " + all);
    }

    /**
     * The whole object: given fields checked, the others at their defaults.
     *
     * @param name key of the object, for error texts
     * @throws IllegalArgumentException if a field has a wrong type or breaks its rule
     */
    public Map<String, @Nullable Object> fill(String name, Map<String, ?> given) {
        Map<String, @Nullable Object> whole = new LinkedHashMap<>();
        fields.forEach(
                (key, field) -> {
                    Object value = given.containsKey(key) ? given.get(key) : field.standard();
                    whole.put(key, field.check(name + "." + key, JsonValues.freeze(value)));
                });
        return Collections.unmodifiableMap(whole);
    }
}
