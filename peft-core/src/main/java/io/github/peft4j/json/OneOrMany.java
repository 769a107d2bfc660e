package io.github.peft4j.json;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * One value or a list of them, where PEFT tells the two apart: as {@code target_modules} a string
 * is a regular expression and a list holds names.
 *
 * @param single whether it is one value, written without brackets
 * @param values the value or the values, in order
 * @param <T> strings or integers
 */
public record OneOrMany<T>(boolean single, List<T> values) {

    /** Copies the values. */
    public OneOrMany {
        values = ImmutableList.copyOf(values);
        if (single && values.size() != 1) {
            throw new IllegalArgumentException(
                    "One value is wanted, got " + values + ". Use OneOrMany.many for a list.");
        }
    }

    /** One value. */
    public static <T> OneOrMany<T> one(T value) {
        return new OneOrMany<>(true, ImmutableList.of(value));
    }

    /** A list, perhaps empty or of one value. */
    public static <T> OneOrMany<T> many(Iterable<? extends T> values) {
        return new OneOrMany<>(false, ImmutableList.copyOf(values));
    }

    /** The value of a single one. */
    public T value() {
        if (!single) {
            throw new IllegalStateException(values + " is a list. Ask single() first.");
        }
        return values.get(0);
    }

    /** The value as JSON has it. */
    public Object toJson() {
        return single ? values.get(0) : values;
    }

    @Override
    public String toString() {
        return single ? "\"" + values.get(0) + "\"" : values.toString();
    }
}
