package io.github.peft4j.task.train.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.task.train.report.LogEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of a trainer_state.json; each method says which one is wrong, and what it must be. */
final class CheckpointState {

    private static final ImmutableSet<String> POSITION = ImmutableSet.of("step", "epoch");

    private final Map<String, @Nullable Object> values;

    /** Reads the file. */
    CheckpointState(Path file) throws IOException {
        this(
                JsonValues.parseObject(
                        Files.readAllBytes(file),
                        file.toString(),
                        "So it is not the state of a training. Delete its folder to resume from the checkpoint before it."));
    }

    private CheckpointState(Map<String, @Nullable Object> values) {
        this.values = values;
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    /** Any number; JSON has no name for some, Python has. */
    double number(String key) {
        return number(key, values.get(key));
    }

    /** A whole number from 0. */
    long whole(String key) {
        if (values.get(key) instanceof Long number && number >= 0) {
            return number;
        }
        throw wrong(key, values.get(key), "a whole number from 0 to 2^63 - 1");
    }

    /** A whole number from 0 that an int holds. */
    int count(String key) {
        if (values.get(key) instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE) {
            return number.intValue();
        }
        throw wrong(key, values.get(key), "a whole number from 0 to 2^31 - 1");
    }

    boolean flag(String key) {
        if (values.get(key) instanceof Boolean flag) {
            return flag;
        }
        throw wrong(key, values.get(key), "true or false");
    }

    /** An object of texts. */
    ImmutableSortedMap<String, String> texts(String key) {
        ImmutableSortedMap.Builder<String, String> texts = ImmutableSortedMap.naturalOrder();
        object(key, values.get(key))
                .forEach(
                        (name, value) -> {
                            if (!(value instanceof String text)) {
                                throw wrong(key + "." + name, value, "a text");
                            }
                            texts.put(name, text);
                        });
        return texts.buildOrThrow();
    }

    /** A list of entries of a log. */
    ImmutableList<LogEntry> history(String key) {
        if (!(values.get(key) instanceof List<?> list)) {
            throw wrong(key, values.get(key), "a list");
        }
        ImmutableList.Builder<LogEntry> history = ImmutableList.builder();
        for (Object element : list) {
            CheckpointState entry = new CheckpointState(object("an entry of " + key, element));
            ImmutableMap.Builder<String, Double> figures = ImmutableMap.builder();
            entry.values.forEach(
                    (name, value) -> {
                        if (!POSITION.contains(name)) {
                            figures.put(name, number(name, value));
                        }
                    });
            history.add(
                    new LogEntry(
                            entry.whole("step"), entry.number("epoch"), figures.buildOrThrow()));
        }
        return history.build();
    }

    private static double number(String key, @Nullable Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw wrong(key, value, "a number");
    }

    private static Map<String, @Nullable Object> object(String key, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return JsonValues.freezeObject(map);
        }
        throw wrong(key, value, "an object");
    }

    private static IllegalArgumentException wrong(String key, @Nullable Object value, String rule) {
        return new IllegalArgumentException(
                "%s is %s; it must be %s".formatted(key, JsonReasons.shown(value), rule));
    }
}
