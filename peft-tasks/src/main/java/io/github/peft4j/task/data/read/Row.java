package io.github.peft4j.task.data.read;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of a file.
 *
 * @param fields text of each field by its name, in the order of the file; numbers and truth values
 *     of JSON as they are written, without lists, objects and nulls
 */
public record Row(Map<String, String> fields) {

    /** Copies the collections. */
    public Row {
        fields = ImmutableMap.copyOf(fields);
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
