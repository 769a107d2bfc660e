package io.github.peft4j.config.option;

import io.github.peft4j.internal.text.Text;
import io.github.peft4j.json.JsonType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Options in an object inside a config, such as those of {@code eva_config}. */
public final class NestedOptions {

    private NestedOptions() {}

    /**
     * An option whose value is an object with options of its own, or null. Absent ones are filled
     * in, unknown ones dropped, as PEFT does.
     */
    public static Option<Map<String, @Nullable Object>> of(String key, Option<?>... fields) {
        List<Option<?>> all = List.of(fields);
        return Option.nullable(
                key, JsonType.OBJECT.map(json -> fill(key, all, json), values -> values));
    }

    private static Map<String, @Nullable Object> fill(
            String key, List<Option<?>> fields, Map<String, @Nullable Object> json) {
        Map<String, @Nullable Object> whole = new LinkedHashMap<>();
        for (Option<?> field : fields) {
            try {
                whole.put(field.key(), value(field, json));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(key + "." + Text.message(e.getMessage()), e);
            }
        }
        return Collections.unmodifiableMap(whole);
    }

    private static <T> @Nullable Object value(Option<T> field, Map<String, @Nullable Object> json) {
        T value =
                json.containsKey(field.key())
                        ? field.read(json.get(field.key()))
                        : field.standard().orElse(null);
        return field.write(field.accept(value));
    }
}
