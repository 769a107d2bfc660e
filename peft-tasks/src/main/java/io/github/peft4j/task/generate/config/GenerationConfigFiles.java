package io.github.peft4j.task.generate.config;

import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Maps;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.json.PythonJson;
import io.github.peft4j.task.internal.TaskOptions;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads and writes {@link GenerationConfig}s under the keys of generation_config.json. */
final class GenerationConfigFiles {

    private GenerationConfigFiles() {}

    static GenerationConfig read(Path directory) throws IOException {
        Path file = directory.resolve(GenerationConfig.FILE);
        PretrainedConfig config;
        if (Files.isRegularFile(file)) {
            try {
                String text = Files.readString(file);
                config = PretrainedConfig.of(JsonParser.parseString(text), file.toString());
            } catch (JsonParseException e) {
                throw new IOException(file + " is not valid JSON: " + e.getMessage(), e);
            }
        } else {
            file = directory.resolve(PretrainedConfig.FILE);
            config = PretrainedConfig.read(directory);
        }
        Map<String, Object> values = config.values();
        requireAvailable(values, " in " + file);
        try {
            return GenerationConfig.builder()
                    .setAll(TaskOptions.read(GenerationConfig.FILE_OPTIONS, values))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    static GenerationConfig parse(
            Map<String, ? extends @Nullable Object> json, Consumer<String> warn) {
        requireAvailable(json, "");
        List<String> unknown =
                unknown(json).stream()
                        .filter(key -> !OtherGenerationKeys.IGNORED.contains(key))
                        .toList();
        if (!unknown.isEmpty()) {
            warn.accept(
                    "Unexpected keys "
                            + unknown
                            + " for GenerationConfig, these are ignored. Check how they are"
                            + " spelled.");
        }
        Map<String, ? extends @Nullable Object> said = Maps.filterValues(json, Objects::nonNull);
        return GenerationConfig.builder()
                .setAll(TaskOptions.read(GenerationConfig.OPTIONS, said))
                .build();
    }

    static GenerationConfigBuilder overlay(
            GenerationConfigBuilder builder, Map<String, ? extends @Nullable Object> values) {
        requireAvailable(values, "");
        List<String> unknown = unknown(values);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    unknown.get(0)
                            + " is no generation setting. Settings: "
                            + GenerationConfig.FILE_OPTIONS.options().stream()
                                    .map(Option::key)
                                    .collect(
                                            ImmutableSortedSet.toImmutableSortedSet(
                                                    String::compareTo))
                            + " and seed.");
        }
        return builder.setAll(TaskOptions.read(GenerationConfig.OPTIONS, values));
    }

    private static List<String> unknown(Map<String, ?> json) {
        return TaskOptions.unknown(json, GenerationConfig.OPTIONS, OtherGenerationKeys.REFUSED);
    }

    private static void requireAvailable(Map<String, ?> json, String source) {
        TaskOptions.requireNone(OtherGenerationKeys.REFUSED, json, source, "generate");
    }

    static void write(Map<String, @Nullable Object> json, Path directory) throws IOException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new IllegalArgumentException(
                    directory + " is a file. Pass a directory to save the config in.");
        }
        AtomicFiles.write(
                directory.resolve(GenerationConfig.FILE),
                FileContent.utf8(PythonJson.write(json) + "\n"));
    }
}
