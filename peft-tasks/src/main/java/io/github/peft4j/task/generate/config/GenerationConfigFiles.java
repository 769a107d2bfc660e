package io.github.peft4j.task.generate.config;

import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Maps;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionTable;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.json.JsonFile;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.json.PythonJson;
import io.github.peft4j.task.internal.TaskOptions;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads and writes {@link GenerationConfig}s under the keys of generation_config.json. */
final class GenerationConfigFiles {

    private GenerationConfigFiles() {}

    /** What a config may leave to its checkpoint: where texts start and end. */
    private static final OptionTable LEFT_OPEN =
            OptionTable.EMPTY.with(LengthLimits.OPTIONS).with(SpecialTokens.OPTIONS);

    private static final Set<Option<?>> MOST =
            Set.of(LengthLimits.MAX_LENGTH, LengthLimits.MAX_NEW_TOKENS);

    /**
     * The config with tokens and limits that it does not have and the checkpoint names, as
     * transformers completes the arguments of generate. A limit of one's own is not added to.
     */
    static GenerationConfig completed(GenerationConfig config, Path directory) throws IOException {
        Map<Option<?>, @Nullable Object> own = config.given();
        boolean limited = MOST.stream().anyMatch(option -> isSet(own.get(option)));
        Map<Option<?>, Object> added = new LinkedHashMap<>();
        Map<String, Object> values = values(directory);
        try {
            TaskOptions.read(LEFT_OPEN, values)
                    .forEach(
                            (option, value) -> {
                                boolean wanted = !(limited && MOST.contains(option));
                                if (value != null && wanted && !isSet(own.get(option))) {
                                    added.put(option, value);
                                }
                            });
            return added.isEmpty() ? config : config.toBuilder().setAll(added).build();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file(directory) + ": " + JsonReasons.message(e), e);
        }
    }

    private static boolean isSet(@Nullable Object value) {
        return value != null && !(value instanceof Set<?> ids && ids.isEmpty());
    }

    /** The file that says how a checkpoint generates; old ones have one config for all. */
    private static Path file(Path directory) {
        Path own = directory.resolve(GenerationConfig.FILE);
        return Files.isRegularFile(own) ? own : directory.resolve(PretrainedConfig.FILE);
    }

    private static Map<String, Object> values(Path directory) throws IOException {
        Path file = file(directory);
        if (!file.endsWith(GenerationConfig.FILE)) {
            return PretrainedConfig.read(directory).values();
        }
        String source = file.toString();
        return PretrainedConfig.of(
                        JsonFile.object(
                                file, "Correct it, or get the file again from where it came."),
                        source)
                .values();
    }

    static GenerationConfig read(Path directory) throws IOException {
        Path file = file(directory);
        Map<String, Object> values = values(directory);
        OtherGenerationKeys.refuse(values, " in " + file);
        try {
            return GenerationConfig.builder()
                    .setAll(TaskOptions.read(GenerationConfig.KEPT_IN_FILES, values))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + JsonReasons.message(e), e);
        }
    }

    static GenerationConfig parse(
            Map<String, ? extends @Nullable Object> json, Consumer<String> warn) {
        OtherGenerationKeys.refuse(json, "");
        List<String> idle = OtherGenerationKeys.idle(json);
        if (!idle.isEmpty()) {
            warn.accept(
                    "%s have no effect with these settings, as in Hugging Face.".formatted(idle));
        }
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
                .setAll(TaskOptions.read(GenerationConfig.KEPT, said))
                .build();
    }

    static GenerationConfigBuilder overlay(
            GenerationConfigBuilder builder, Map<String, ? extends @Nullable Object> values) {
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
        return builder.setAll(TaskOptions.read(GenerationConfig.KEPT, values));
    }

    private static List<String> unknown(Map<String, ?> json) {
        return TaskOptions.unknown(json, GenerationConfig.KEPT);
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
