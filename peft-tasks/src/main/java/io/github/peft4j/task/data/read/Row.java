package io.github.peft4j.task.data.read;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One row of a file.
 *
 * @param fields text of each field by its name, in the order of the file; numbers and truth values
 *     as they are written, without lists, objects and nulls
 * @param values value of each field, without nulls: {@code String}, {@code Long} (beyond 64 bits
 *     {@code BigInteger}), {@code Double}, {@code Boolean}, {@code List} or {@code Map}, the last
 *     two of such values and nulls; a table and CoNLL have texts alone
 */
public record Row(Map<String, String> fields, Map<String, Object> values) {

    /** Copies the collections. */
    public Row {
        fields = ImmutableMap.copyOf(fields);
        values = ImmutableMap.copyOf(values);
    }

    /** A row of texts alone. */
    public Row(Map<String, String> fields) {
        this(fields, ImmutableMap.copyOf(fields));
    }

    /** Names of the fields, in the order of the file, without those whose value is null. */
    public Set<String> columns() {
        return ImmutableSet.copyOf(values.keySet());
    }

    /**
     * The value of a field, lists and objects included, as {@link #values} says; null if the row
     * has none of this name or a null there.
     */
    public @Nullable Object value(String field) {
        return values.get(field);
    }

    /** The text of a field, or null if the row has none of this name. */
    public @Nullable String find(String field) {
        return fields.get(field);
    }

    /**
     * The text of a field, as it is written.
     *
     * @throws IllegalArgumentException if the row has none of this name
     */
    public String get(String field) {
        String text = fields.get(field);
        if (text == null) {
            throw new IllegalArgumentException(
                    "the field '%s' is missing. Texts here: %s. Add it."
                            .formatted(field, fields.keySet()));
        }
        return text;
    }

    /**
     * The text of a field that must say something.
     *
     * @throws IllegalArgumentException if it is missing, empty or blank
     */
    public String text(String field) {
        String text = get(field);
        if (text.isBlank()) {
            throw new IllegalArgumentException(
                    "the %s is empty. Fill it in or delete the row.".formatted(field));
        }
        return text;
    }
}
