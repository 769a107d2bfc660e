package io.github.peft4j.task.preset;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The presets that ship with the library, from {@code presets.json}. */
public final class MethodPresets {

    private static final String RESOURCE = "presets.json";
    private static final ImmutableMap<String, MethodPreset> ALL = read();

    private MethodPresets() {}

    /** All presets by method or variant, in the order in which they are worth trying. */
    public static Map<String, MethodPreset> all() {
        return ALL;
    }

    /** Those that fit a task. */
    public static List<MethodPreset> fitting(TaskType task) {
        return ALL.values().stream()
                .filter(preset -> preset.fits(task))
                .collect(ImmutableList.toImmutableList());
    }

    /**
     * The preset of a method, such as LORA, or of a variant, such as DORA.
     *
     * @throws IllegalArgumentException if there is none; the text lists those there are
     */
    public static MethodPreset of(String method) {
        MethodPreset preset = ALL.get(method);
        if (preset == null) {
            throw new IllegalArgumentException(
                    "There is no preset for '" + method + "'. There are: " + ALL.keySet() + ".");
        }
        return preset;
    }

    private static ImmutableMap<String, MethodPreset> read() {
        ImmutableMap.Builder<String, MethodPreset> all = ImmutableMap.builder();
        try (InputStream bytes = MethodPresets.class.getResourceAsStream(RESOURCE)) {
            if (bytes == null) {
                throw new IOException("The jar lacks " + RESOURCE + ".");
            }
            JsonValues.parseObject(bytes.readAllBytes(), RESOURCE, "Build the jar again.")
                    .forEach((method, json) -> all.put(method, preset(method, json)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.buildOrThrow();
    }

    private static MethodPreset preset(String name, @Nullable Object json) {
        Map<String, @Nullable Object> fields = JsonType.OBJECT.convert(name, json);
        List<String> tasks =
                fields.containsKey("tasks")
                        ? JsonType.STRINGS.convert("tasks", fields.get("tasks"))
                        : ImmutableList.of();
        Object method = fields.getOrDefault("peft_type", name);
        Object ratio = fields.getOrDefault("loraplus_lr_ratio", 1);
        return new MethodPreset(
                name,
                PeftType.of(JsonType.STRING.convert("peft_type", method)),
                JsonType.NUMBER.convert("learning_rate", fields.get("learning_rate")).doubleValue(),
                JsonType.STRING.convert("source", fields.get("source")),
                JsonType.OBJECT.convert("config", fields.get("config")),
                tasks.stream().map(TaskType::valueOf).collect(ImmutableList.toImmutableList()),
                JsonType.NUMBER.convert("loraplus_lr_ratio", ratio).doubleValue());
    }
}
