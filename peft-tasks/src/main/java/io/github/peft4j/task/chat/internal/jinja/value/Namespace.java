package io.github.peft4j.task.chat.internal.jinja.value;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code namespace(...)}: what a template can set in a loop and read after it. */
public final class Namespace implements HasAttributes {

    private final Map<String, Object> parts = new LinkedHashMap<>();

    @Override
    public @Nullable Object attribute(String name) {
        return parts.get(name);
    }

    /** Gives an attribute a value. */
    public void set(String name, Object value) {
        if (name.startsWith("_")) {
            throw new JinjaException(
                    "Namespaces take no name with '_' before it, as '%s'.".formatted(name));
        }
        parts.put(name, value);
    }
}
