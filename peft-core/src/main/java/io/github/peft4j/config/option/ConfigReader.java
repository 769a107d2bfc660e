package io.github.peft4j.config.option;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.json.JsonValues;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one config while a {@code Tuner} takes them over: hands a field on only where the
 * JSON has it, so that an absent one keeps its default, and remembers which were asked for.
 */
public final class ConfigReader {

    private final Map<String, @Nullable Object> fields;
    private final boolean file;
    private final Set<String> known = new HashSet<>();
    private final List<String> warnings = new ArrayList<>();

    /** Reads these {@link JsonValues JSON values}. */
    public ConfigReader(Map<String, @Nullable Object> fields) {
        this(fields, false);
    }

    /**
     * Reads these JSON values.
     *
     * @param file whether they stand in a file, perhaps an older version's, and not in a program
     */
    public ConfigReader(Map<String, @Nullable Object> fields, boolean file) {
        this.fields = JsonValues.freezeObject(fields);
        this.file = file;
    }

    /** Whether the fields come from a file, perhaps an older version's. */
    public boolean isFile() {
        return file;
    }

    /** Whether the JSON has a field. */
    public boolean has(String key) {
        return fields.containsKey(key);
    }

    /** Hands on a field, as it stands in the JSON, if it is there. */
    public void read(String key, Consumer<? super @Nullable Object> setter) {
        known.add(key);
        if (fields.containsKey(key)) {
            setter.accept(fields.get(key));
        }
    }

    /** Notes something odd that is no error. */
    public void warn(String warning) {
        warnings.add(warning);
    }

    /** One warning that names, sorted, all keys that nobody asked for. */
    public void warnAboutUnknownKeys(String configName) {
        Set<String> unknown = new TreeSet<>(fields.keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            warn(
                    "Unexpected keys "
                            + unknown
                            + " for "
                            + configName
                            + ", these are ignored. A newer PEFT probably saved this file; check"
                            + " that its result does not depend on them.");
        }
    }

    /** What was noted. */
    public List<String> warnings() {
        return ImmutableList.copyOf(warnings);
    }
}
